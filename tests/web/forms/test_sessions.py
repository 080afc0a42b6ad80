"""A session lasts for a limited time, on the pages alone, and no other site can use it."""

from __future__ import annotations

import gzip
import time
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import insert, update

from api.http.session_cookie import PAGES
from api.web.site import _routers
from domain.access import SCOPES
from infrastructure.identity.sessions import Session, _digest
from infrastructure.tables.record import session
from tests.api.secrecy.test_hidden import watch_statements
from tests.web.desk import HERE, Desk, list_sessions, session_token

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database

PRIVATE: Final = {
    "slug": "talks",
    "title": "Secret talks",
    "parties": [],
    "visibility": "private",
}


def test_who_signs_in_reads_what_is_private_and_who_signs_out_no_more(
    reader: Reader, desk: Desk
) -> None:
    assert reader.editor.post("/v1/negotiations", PRIVATE).status == 201
    assert desk.see("/n/talks").status == 404
    desk.enter("editor")
    page = desk.see("/n/talks")
    assert page.status == 200
    assert "Secret talks" in page.words
    assert "where this negotiation is private, send your key" in page.words
    assert page.headers["cache-control"].startswith("private")
    assert {"Cookie", "Authorization"} <= set(page.headers["vary"].split(", "))
    assert "cache-tag" not in page.headers
    assert desk.fill(page, "/sign-out").headers["location"] == "/"
    assert list_sessions(desk) == []
    assert not desk.http.cookies
    assert desk.see("/n/talks").status == 404
    assert "Secret talks" not in reader.see("/").words


def test_the_first_page_says_that_signing_in_gives_a_form(desk: Desk) -> None:
    page = desk.see("/")
    assert "Sign in with a key to use the form." in page.words
    assert "/sign-in?to=/begin" in page.all("a", "href")
    desk.enter()
    assert "to use the form" not in desk.see("/").words


def test_a_session_shows_what_its_person_may_see_and_no_more(reader: Reader, desk: Desk) -> None:
    assert reader.editor.post("/v1/negotiations", PRIVATE).status == 201
    desk.enter("Ann")
    assert desk.see("/n/talks").status == 404
    assert "Ann" in desk.see("/").words


def test_an_answer_to_nobody_in_particular_is_public_and_varies_by_the_cookie(
    reader: Reader,
) -> None:
    reader.editor.open()
    page = reader.see("/n/talks?position=1")
    assert page.headers["cache-control"].startswith("public")
    assert "Cookie" in page.headers["vary"]
    asset = page.all("link", "href")[0]
    assert "Cookie" not in reader.http.get(asset).headers["vary"]
    assert "Cookie" not in reader.http.get("/v1/negotiations").headers["vary"]


@pytest.mark.parametrize(
    ("base", "name", "secure"),
    [
        (HERE, "parley-session", False),
        ("http://127.0.0.1:8000", "parley-session", False),
        ("https://localhost", "__Host-parley-session", True),
        ("http://testserver", "__Host-parley-session", True),
        ("https://testserver", "__Host-parley-session", True),
    ],
)
def test_the_cookie_is_for_this_server_and_no_script_and_beyond_loopback_for_tls(
    desk: Desk, base: str, name: str, *, secure: bool
) -> None:
    there = Desk(desk.site, base)
    key, _ = desk.parley.keys.create("Ann", SCOPES)
    cookie = there.post("/sign-in", {"key": key}).headers["set-cookie"]
    given = [part.strip() for part in cookie.split(";")]
    assert given[0].startswith(f"{name}=")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(given)
    assert ("Secure" in given) is secure
    assert not any(part.lower().startswith(("domain", "max-age", "expires")) for part in given)
    token = given[0].partition("=")[2]
    assert token not in str(list_sessions(there))
    assert key not in str(list_sessions(there))


def test_the_cookie_opens_nothing_of_the_api(reader: Reader, desk: Desk) -> None:
    assert reader.editor.post("/v1/negotiations", PRIVATE).status == 201
    desk.enter("editor")
    assert desk.http.get("/v1/negotiations/talks").status_code == 404
    body = {"slug": "other", "title": "Other", "parties": []}
    assert desk.http.post("/v1/negotiations", json=body).status_code == 401
    bearer = {"Authorization": f"Bearer {session_token(desk)}"}
    assert desk.http.get("/v1/negotiations", headers=bearer).status_code == 401
    assert desk.http.get("/checkpoint").headers.get("vary") == "Authorization"


def test_a_revoked_key_ends_its_sessions_at_once(reader: Reader, desk: Desk) -> None:
    assert reader.editor.post("/v1/negotiations", PRIVATE).status == 201
    key = desk.enter("editor")
    assert desk.see("/n/talks").status == 200
    desk.parley.keys.revoke(key.split("_")[1])
    assert desk.see("/n/talks").status == 404
    page = desk.see("/")
    assert page.status == 200
    assert "Sign in" in page.words


def test_a_session_ends_with_its_hours_and_is_removed(desk: Desk) -> None:
    desk.enter()
    assert "Ann" in desk.see("/").words
    later = _set_clock(desk, lambda: time.time_ns() // 1_000 + 13 * 3_600_000_000)
    assert later.find(session_token(desk)) is None
    assert len(list_sessions(desk)) == 1
    later.drop_expired()
    assert list_sessions(desk) == []
    assert "Sign in" in desk.see("/").words


def test_what_follows_the_log_removes_what_has_expired(desk: Desk) -> None:
    desk.enter()
    with desk.parley.database.writing() as connection:
        connection.execute(update(session).values(expires_at=1))
    desk.parley.follow()
    assert list_sessions(desk) == []


def test_a_session_lasts_no_longer_than_its_key(desk: Desk) -> None:
    soon = time.time_ns() // 1_000 + 60_000_000
    key, _ = desk.parley.keys.create("Ann", SCOPES, soon)
    assert desk.post("/sign-in", {"key": key}).status == 303
    assert desk.parley.sessions.find(session_token(desk)) is not None
    assert _set_clock(desk, lambda: soon).find(session_token(desk)) is None


def test_no_sql_makes_or_lengthens_a_session(desk: Desk) -> None:
    desk.enter("Ann", "fact:read")
    _, admin = desk.parley.keys.create("Boss", SCOPES)
    forged = "f" * 43
    [row] = list_sessions(desk)
    with desk.parley.database.writing() as connection:
        made = {**row._asdict(), "token_sha256": _digest(forged), "api_key": admin.id}
        connection.execute(insert(session).values(made))
    assert desk.parley.sessions.find(forged) is None
    assert isinstance(desk.parley.sessions.find(session_token(desk)), Session)
    with desk.parley.database.writing() as connection:
        connection.execute(update(session).values(expires_at=row.expires_at + 1))
    assert desk.parley.sessions.find(session_token(desk)) is None


def test_no_session_is_in_a_backup(desk: Desk, tmp_path: Path) -> None:
    desk.enter()
    target = tmp_path / "backup"
    desk.parley.back_up(target)
    kept = gzip.decompress(target.read_bytes())
    assert b"{" in kept
    assert session_token(desk).encode() not in kept
    assert _digest(session_token(desk)).encode() not in kept


def _set_clock(desk: Desk, clock: Callable[[], int]) -> Any:  # noqa: ANN401 -- the sessions by another clock
    sessions = desk.parley.sessions
    sessions._clock = clock
    return sessions


def test_every_key_that_opens_nothing_gets_one_answer(desk: Desk) -> None:
    revoked, kept = desk.parley.keys.create("Ann", SCOPES)
    desk.parley.keys.revoke(kept.id)
    unknown = revoked.replace(kept.id, "a" * 10)
    answers = {
        (refused.status, refused.html)
        for key in (revoked, unknown, "nonsense", "", "parley_", "é")
        for refused in (desk.post("/sign-in", {"key": key}),)
    }
    [(status, html)] = answers
    assert status == 401
    assert "This key opens nothing" in html
    assert not desk.http.cookies
    assert not list_sessions(desk)


def test_a_revoked_key_is_looked_up_as_an_unknown_one(desk: Desk) -> None:
    revoked, kept = desk.parley.keys.create("Ann", SCOPES)
    desk.parley.keys.revoke(kept.id)
    unknown = revoked.replace(kept.id, "a" * 10)
    asked = []
    for key in (unknown, revoked, unknown, revoked):
        with watch_statements(desk.parley.database) as statements:
            desk.post("/sign-in", {"key": key})
        asked.append([statement for statement in statements if "api_key" in statement])
    assert asked[0]
    assert all(each == asked[0] for each in asked)


def test_who_guesses_keys_is_not_heard_for_a_while(desk: Desk) -> None:
    key, _ = desk.parley.keys.create("Ann", SCOPES)
    statuses = [desk.post("/sign-in", {"key": "parley_guess"}).status for _ in range(62)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert desk.post("/sign-in", {"key": key}).status == 429
    assert desk.see("/sign-in").status == 200


def test_a_sessions_requests_count_for_its_key(desk: Desk) -> None:
    key = desk.enter()
    seen = desk.see("/sign-in").headers["ratelimit"]
    by_key = desk.http.get("/v1/negotiations", headers={"Authorization": f"Bearer {key}"})
    nobody = Desk(desk.site).see("/sign-in").headers["ratelimit"]
    assert _count_left(by_key.headers["ratelimit"]) < _count_left(seen) < _count_left(nobody) + 2


def _count_left(field: str) -> int:
    return int(field.partition("r=")[2].partition(";")[0])


def test_signing_in_again_leaves_one_session(desk: Desk) -> None:
    desk.enter()
    first = session_token(desk)
    desk.enter("Ben")
    assert session_token(desk) != first
    assert len(list_sessions(desk)) == 1


def test_a_session_counts_for_every_page() -> None:
    paths = {route.path for router in _routers() for route in router.routes}  # type: ignore[attr-defined]
    firsts = {path.removeprefix("/").partition("/")[0] for path in paths}
    assert firsts - {"assets", "oembed"} <= PAGES
