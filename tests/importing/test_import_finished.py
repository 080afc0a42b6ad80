"""If anything stops an import between its turns, importing the same file again completes it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from api.commands.importing.report import BrokenOffError
from api.commands.importing.turns import AGAIN_SECONDS, FIRST_TURN
from api.composition import compose
from domain.streams.negotiation import negotiation_id
from domain.time.perspective import PerspectiveQuery
from tests.databases import settings_of
from tests.forking import Forked
from tests.importing.lines import EVERY_OP, SLUG, encode_lines, head, read_counts, run
from tests.importing.turns import LINES, MANY, act_after_turn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from api.composition import Parley
    from tests.databases import Kind

pytestmark = pytest.mark.either_database


def list_known(parley: Parley) -> list[tuple[str, int, Any]]:
    """All facts as they stand, without their record times."""
    with parley.reading(parley.owner) as reading:
        versions = reading.list_known(negotiation_id(SLUG), reading.perspective(PerspectiveQuery()))
    records = [version.record for version in versions]
    return sorted((str(each.id), each.version, each.fact) for each in records)


def rename(parley: Parley, old: str, new: str) -> None:
    with parley.database.writing() as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def test_a_turn_that_the_database_could_not_take_is_tried_again(
    light: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename_back(seconds: float) -> None:
        if seconds == AGAIN_SECONDS:
            rename(light, "gone", "log_head")

    monkeypatch.setattr("api.commands.importing.turns.time.sleep", rename_back)
    report = run(
        light, LINES, on_recorded=act_after_turn(lambda: rename(light, "log_head", "gone"))
    )
    assert read_counts(report) == {"recorded": MANY}
    assert head(light) == MANY + 1


def test_where_the_database_goes_away_between_turns_the_same_file_finishes_it(
    parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.commands.importing.turns.AGAIN_SECONDS", 0.01)
    with pytest.raises(BrokenOffError, match=f"{FIRST_TURN} of {MANY} lines") as broken:
        run(parley, LINES, on_recorded=act_after_turn(lambda: rename(parley, "log_head", "gone")))
    assert (broken.value.recorded, broken.value.of) == (FIRST_TURN, MANY)
    rename(parley, "gone", "log_head")
    report = run(parley, LINES)
    assert read_counts(report) == {"recorded": MANY - FIRST_TURN, "unchanged": FIRST_TURN}
    assert head(parley) == MANY + 1


IMPORT_AND_STOP = """
import os, sys
from api.composition import compose
from api.commands.importing.importer import Importer
from api.commands.commands import FactParser
from domain.access import owner
from infrastructure.settings import Settings

def wait_after_turn(recorded, of):
    if recorded:
        print(recorded, flush=True)
        sys.stdin.read()

with open(sys.argv[1], "rb") as lines:
    Importer(compose(Settings.from_env(os.environ), upgrade=False), FactParser()).run(
        slug="talks", lines=lines, media="ndjson", dry_run=False, partial=False,
        principal=owner("importer"), on_recorded=wait_after_turn,
    )
"""


def kill_after_turn(url: str, path: Path) -> int:
    """How many lines an import had recorded when it was killed between its turns."""
    env = {"PARLEY_DATABASE_URL": url, "PARLEY_SEAL_KEY": settings_of(url).seal_key or ""}
    with Forked(
        [sys.executable, "-c", IMPORT_AND_STOP, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        recorded = int(process.stdout.readline())
        process.kill()
    return recorded


@pytest.mark.parametrize("kind", ["sqlite-file", "postgresql"])
def test_killed_between_turns_it_is_finished_by_the_same_file_and_equals_a_whole_one(
    kind: Kind, fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    of_one_fact = [{**each, "external_id": "0"} for each in EVERY_OP[1:]]
    lines = [*LINES[:120], *of_one_fact, *LINES[120:], *of_one_fact]
    path = tmp_path / "lines.ndjson"
    path.write_bytes(b"".join(encode_lines(lines)))
    broken, whole = (compose(settings_of(fresh_database(kind)), upgrade=False) for _ in range(2))
    for each in (broken, whole):
        each.ledger.open_negotiation(slug=SLUG, title="T", parties=(), summary=None, actor="t")
    assert kill_after_turn(broken.settings.database_url, path) == FIRST_TURN
    assert head(broken) == FIRST_TURN + 1
    first, again = run(whole, lines), run(broken, lines)
    assert read_counts(again).pop("unchanged") == FIRST_TURN + first["unchanged"]
    assert sum(read_counts(again).values()) == sum(read_counts(first).values()) == len(lines)
    assert (head(broken), list_known(broken)) == (head(whole), list_known(whole))
    for each in (broken, whole):
        each.close()
