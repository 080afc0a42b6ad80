"""Which role may call which operation, for all of them; a refused call changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from domain.access import SCOPES
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.api.secrecy.roles import LINE, TABLE, WHY, Kept, Record, copy_record, keep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.databases import Kind

pytestmark = pytest.mark.xdist_group("roles")


ROLES: Final = (None, *SCOPES, "all")


@pytest.fixture(scope="module")
def kept_record(
    lasting_database: Callable[[Kind], str], tmp_path_factory: pytest.TempPathFactory
) -> Kept:
    """The record, made once for all tests of the module, which copy it."""
    return keep(lasting_database("sqlite-file"), tmp_path_factory.mktemp("kept"))


@pytest.fixture
def record(kept_record: Kept, tmp_path: Path) -> Iterator[Record]:
    yield from copy_record(kept_record, tmp_path / "open")


@pytest.fixture
def closed_record(kept_record: Kept, tmp_path: Path) -> Iterator[Record]:
    yield from copy_record(kept_record, tmp_path / "closed", PARLEY_ANONYMOUS_SCOPES="")


def test_the_table_has_every_operation_and_its_scope(light_client: Client) -> None:
    paths = light_client.get("/openapi.json").json["paths"]
    documented = {
        (method, path): operation.get("x-scope")
        for path, methods in paths.items()
        for method, operation in methods.items()
    }
    assert documented == {operation: scope for operation, (scope, _) in TABLE.items()}


@pytest.mark.cases(5)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says(
    record: Record, closed_record: Record, role: str | None
) -> None:
    for open_to_anybody, place in ((True, record), (False, closed_record)):
        anybody = ("fact:read", "audit:read") if open_to_anybody else ()
        for (method, path), (scope, body) in TABLE.items():
            before = place.head
            answer = place.ask(role, method, path, body)
            asked = f"{role} {method} {path}: {answer.text}"
            may = scope is None or role in (scope, "all") or (role is None and scope in anybody)
            if may:
                assert answer.status_code < 400, asked
                continue
            assert answer.status_code == (401 if role is None else 403), asked
            kind = "unauthenticated" if role is None else "forbidden"
            assert answer.json()["type"] == f"urn:parley:problem:{kind}"
            assert answer.json()["errors"][0]["pointer"] == "/header/Authorization"
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert place.head == before, asked


@pytest.mark.parametrize(
    "header",
    [
        "Bearer parley_aaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "Bearer owner",
        "Bearer",
        "Bearer \u00e9",
        "Basic YWxhZGRpbjpvcGVuc2VzYW1l",
        "parley_aaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "",
    ],
)
def test_a_request_with_an_invalid_credential_is_never_answered_as_one_without(
    record: Record, header: str
) -> None:
    for method, path in (("get", TALKS), ("post", FACTS), ("get", "/nowhere")):
        sent = {"authorization": header.encode("latin-1")}
        answer = record.http.request(method, path, headers=sent)  # type: ignore[arg-type]
        assert answer.status_code == 401, path
        assert answer.json()["type"] == "urn:parley:problem:unauthenticated"
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        assert header.removeprefix("Bearer ") not in answer.text or len(header) < 8


def test_health_is_asked_by_anybody(record: Record) -> None:
    for path in ("/healthz", "/readyz"):
        assert record.http.get(path, headers={"authorization": "Bearer x"}).status_code == 200


def test_two_credentials_are_none(record: Record) -> None:
    key = record.headers["all"]["Authorization"]
    answer = record.http.get(TALKS, headers=[("authorization", key), ("authorization", key)])
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", TALKS, None),
        ("GET", "/v1/facts/{fact}", None),
        ("GET", "/v1/facts/{fact}?position=2&as_of=2026", None),
        ("GET", "/v1/facts/2f3b0b1e-52ea-4d7f-9e2b-7a0c4c6f8a11", None),
        ("GET", "/v1/nowhere", None),
        ("GET", f"{TALKS}?position=x", None),
        ("DELETE", TALKS, None),
        ("POST", FACTS, fact()),
        ("POST", FACTS, {"kind": "none"}),
        ("POST", f"{TALKS}/settings", {"visibility": "private"}),
    ],
    ids=[
        "answered",
        "a fact",
        "a fixed fact",
        "no fact",
        "nowhere",
        "wrong",
        "no method",
        "recorded",
        "refused",
        "forbidden",
    ],
)
@pytest.mark.parametrize("has", [{}, {"if-none-match": "*"}], ids=["nothing had", "had"])
def test_a_revoked_key_is_refused_at_once(
    record: Record, method: str, path: str, body: object, has: dict[str, str]
) -> None:
    key, kept = record.parley.keys.create("Ann", ["fact:read", "fact:write"])
    header, path = {"authorization": f"bearer {key}"}, path.format(fact=record.facts[0])
    for _ in range(2):
        assert record.http.get(TALKS, headers=header).status_code == 200
    before = record.head
    record.parley.keys.revoke(kept.id)
    for _ in range(2):
        answer = record.http.request(method, path, json=body, headers={**header, **has})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="parley", error="invalid_token"'
        assert answer.json()["errors"][0]["pointer"] == "/header/Authorization"
    assert record.head == before


def test_a_change_is_recorded_under_the_person_of_the_key(record: Record) -> None:
    ann = record.headers["fact:correct"]
    address = f"/v1/facts/{record.facts[0]}"
    body = {"reason": "coding_error", **WHY}
    record.http.post(f"{address}/retraction", json=body, headers={**ann, "if-match": "*"})
    items = record.http.get(f"{address}/history").json()["items"]
    assert [item["actor"] for item in items] == ["editor", "Ann"]


def test_an_import_corrects_nothing_without_the_scope(record: Record) -> None:
    line = b'{"op": "retract", "id": "%s", "reason": "coding_error", "why": "x"}'
    lines = LINE + b"\n" + line % record.facts[0].encode()
    before = record.head
    answer = record.ask("fact:write", "post", "/v1/negotiations/{slug}/import", lines)
    assert answer.json()["rejected"] == [
        {"line": 2, "pointer": "/op", "detail": "this needs the scope fact:correct"}
    ]
    assert record.head == before
    assert (
        record.ask("all", "post", "/v1/negotiations/{slug}/import", lines).json()["retracted"] == 1
    )


def test_the_same_idempotency_key_of_two_callers_is_two(record: Record) -> None:
    first, second = authorize(record.parley, "Ann"), authorize(record.parley, "Ann")
    made_ = [
        record.http.post(FACTS, json=fact(), headers={**key, "idempotency-key": "k"})
        for key in (first, second, first)
    ]
    assert [each.status_code for each in made_] == [201, 201, 201]
    places = [each.headers["location"] for each in made_]
    assert places[0] == places[2] != places[1]
