"""An erasure changes no root, no proof, and no result of a rebuild or restore; any other loss is detected."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from infrastructure.projections.checking.comparison import compare_with_log
from infrastructure.projections.checking.soundness import find_text_flaw, run_own_check
from infrastructure.proofs.verification import verify
from infrastructure.tables.record import event
from tests.api.asking import TALKS, authorize
from tests.api.secrecy.erasures.erased import REASON, Desk
from tests.databases import settings_of
from tests.domain.proof.inclusion import verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind

pytestmark = pytest.mark.usefixtures("small_shares")


def test_the_root_is_unchanged_and_old_proofs_hold(desk: Desk) -> None:
    id_ = desk.record_fact()
    assert desk.parley.publisher is not None
    desk.parley.publisher.publish()
    root, size = desk.root, 7
    proof = desk.client.get(f"/v1/facts/{id_}/proof").json
    entries = desk.client.http.get("/tile/entries/000.p/7").content
    desk.make_change(id_, "erasure", REASON)
    with desk.parley.database.reading() as connection:
        assert verify(connection).wrong is None
        signed = desk.client.http.get("/checkpoint").text
    assert signed.splitlines()[1] in {"7", "8"}
    inclusion = [b64decode(each) for each in proof["inclusion"]]
    leaf = b64decode(proof["leaf_hash"])
    assert verify_inclusion(leaf, proof["leaf"]["position"] - 1, size, inclusion, root)
    assert desk.client.http.get("/tile/entries/000.p/7").content == entries
    desk.parley.publisher.publish()
    assert desk.parley.publisher.refusal is None
    later = desk.client.get(f"/v1/facts/{id_}/proof?position=5").json
    assert (later["salt"], later["payload"]) == (None, None)
    assert later["leaf"]["position"] == 4
    assert later["leaf"]["payload"] != proof["leaf"]["payload"]


def test_a_rebuild_a_restore_and_the_comparison_give_the_same_views(
    desk: Desk, tmp_path: Path, fresh_database: Callable[[Kind], str]
) -> None:
    id_ = desk.record_fact()
    desk.make_change(id_, "erasure", REASON)
    paths = [f"{TALKS}{view}" for view in ("", "/timeline", "/audit", "/snapshots/held")]
    asked_ = [f"{path}?position={at}" for path in paths for at in (4, 7, 8) if "snap" not in path]
    before = [desk.client.get(path).body for path in asked_]
    report = desk.parley.rebuild()
    assert report.differences == ()
    assert [desk.client.get(path).body for path in asked_] == before
    codec = desk.parley.ledger.codec
    with desk.parley.database.reading() as connection:
        assert compare_with_log(connection, codec, desk.parley.clock()) == []
    assert run_own_check(desk.parley.database).flaw is None
    assert find_text_flaw(desk.parley.database) is None
    desk.parley.back_up(tmp_path / "backup")
    other: Kind = "postgresql" if desk.parley.database.is_sqlite else "sqlite-file"
    restored = compose(settings_of(fresh_database(other)), upgrade=False)
    restored.restore(tmp_path / "backup")
    http = TestClient(create_app(restored), headers=authorize(restored, "Ann"))
    assert [http.get(path).content for path in asked_] == before
    with restored.database.reading() as connection:
        assert verify(connection).wrong is None
        assert compare_with_log(connection, codec, restored.clock()) == []
    restored.close()


def test_an_event_that_lost_its_payload_without_an_erasure_is_found_out(desk: Desk) -> None:
    id_ = desk.record_fact()
    desk.make_change(id_, "erasure", REASON)
    database = desk.parley.database
    with database.reading() as connection:
        kept = [dict(row) for row in connection.execute(event.select()).mappings()]
    other = next(row["position"] for row in kept if row["version"] == 1 and row["position"] == 7)
    gone = {"payload": b"", "salt": b"", "key_id": None, "data_key": None}
    forgeries: tuple[tuple[int, dict[str, Any]], ...] = (
        (other, gone),
        (8, gone),
        (3, {"payload": b"{}", "salt": bytes(16), "key_version": None}),
        (3, {"data_key": b"x", "key_id": "x"}),
        (4, {"salt": b"x"}),
    )
    for position, values in forgeries:
        row = next(row for row in kept if row["position"] == position)
        with database.writing() as connection:
            at = event.update().where(event.c.position == position)
            connection.execute(at.values(**values))
        with database.reading() as connection:
            wrong = verify(connection).wrong
        assert wrong is not None, (position, values)
        assert wrong.position == position, (position, values)
        with database.writing() as connection:
            connection.execute(at.values(**row))
    assert desk.root
