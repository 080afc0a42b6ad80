"""Nobody decides on their own change request, by any key, name or token; only its proposer revises or withdraws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from tests.api.asking import Client, without_credentials
from tests.api.desk import WHY, Desk, HeldClock, kind_of
from tests.api.secrecy.test_tokens import make_headers
from tests.databases import settings_of
from tests.infrastructure.identity.issuing import AUDIENCE, ISSUER, publish_keys
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.either_database


@on_sqlite
@pytest.mark.parametrize("what", ["approval", "refusal"])
def test_the_same_person_by_another_key_or_name_does_not_decide(desk: Desk, what: str) -> None:
    proposed = desk.propose(desk.fact())
    for name in ("Ann", "ANN", "ann", "Ａｎｎ"):  # noqa: RUF001 -- full-width letters are the point
        answer = desk.decide(proposed, what, authorization=desk.key(name))
        assert (answer.status, kind_of(answer)) == (403, "own-proposal")
    assert desk.status(proposed) == "open"
    assert desk.decide(proposed, what).status == 200


@on_sqlite
def test_the_same_person_by_an_issuers_token_does_not_decide(
    database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "keys.json").write_bytes(publish_keys())
    settings = settings_of(
        database_url,
        PARLEY_OIDC_ISSUER=ISSUER,
        PARLEY_OIDC_AUDIENCE=AUDIENCE,
        PARLEY_OIDC_JWKS=str(tmp_path / "keys.json"),
    )
    parley = compose(settings, upgrade=False)
    with TestClient(create_app(parley)) as http:
        desk = Desk(parley, Client(http), HeldClock())
        desk.open()
        proposed = desk.propose(desk.fact())
        for sub, status in (("ann", 403), ("Bo", 200)):
            token = make_headers(sub=sub, scope="fact:correct")["Authorization"]
            answer = desk.decide(proposed, authorization=token)
            assert answer.status == status, answer.json
    parley.close()
    assert answer.json["decided"]["by"] == "Bo"


@on_sqlite
def test_nobody_in_particular_decides_nothing(desk: Desk) -> None:
    proposed = desk.propose(desk.fact())
    anybody = without_credentials(desk.client)
    for what in ("approval", "refusal", "withdrawal", "revision"):
        address = f"/v1/change-requests/{proposed.json['id']}/{what}"
        assert anybody.post(address, WHY, if_match=proposed.headers["etag"]).status == 401
    assert desk.status(proposed) == "open"


def test_only_who_proposed_it_revises_and_withdraws_it(desk: Desk) -> None:
    proposed = desk.propose(desk.fact())
    for what in ("withdrawal", "revision"):
        answer = desk.decide(proposed, what)
        assert (answer.status, kind_of(answer)) == (403, "others-proposal")
    answer = desk.decide(proposed, "withdrawal", authorization=desk.key("ANN"))
    assert (answer.status, answer.json["status"]) == (200, "withdrawn")


@on_sqlite
def test_who_approves_needs_the_scope_of_what_is_done(desk: Desk) -> None:
    proposed = desk.propose(desk.fact())
    writer = desk.key("Bo", "fact:write", "fact:read", "audit:read", "admin", "erase")
    assert desk.decide(proposed, authorization=writer).status == 403
    corrector = desk.key("Bo", "fact:correct")
    assert desk.decide(proposed, authorization=corrector).status == 200
