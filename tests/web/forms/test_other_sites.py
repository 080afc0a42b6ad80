"""A form is accepted only from a page of this server in the same session, and leads only to pages of this server."""

from __future__ import annotations

from typing import Final

import pytest

from api.web.forms.answer import target_of
from domain.access import SCOPES
from tests.web.desk import HERE, Desk, list_sessions, session_token

pytestmark = pytest.mark.either_database


ELSEWHERE: Final = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://localhost.evil.example"},
    {"origin": "http://localhost:81"},
    {"origin": HERE, "sec_fetch_site": "cross-site"},
    {"origin": HERE, "sec_fetch_site": "same-site"},
    {"origin": HERE, "sec_fetch_site": "none"},
)


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_a_form_of_another_site_is_refused(desk: Desk, headers: dict[str, str]) -> None:
    key = desk.enter()
    page = desk.see("/")
    held = page.form("/sign-out")[1]
    for address, fields in (("/sign-out", held), ("/sign-in", {"key": key})):
        refused = desk.post(address, fields, **headers)
        assert refused.status == 403
        assert "not sent from a page of this server" in refused.words
        assert "set-cookie" not in refused.headers
    assert len(list_sessions(desk)) == 1


def test_a_form_without_its_sessions_token_is_refused(desk: Desk) -> None:
    desk.enter()
    other = Desk(desk.site)
    other.enter("Ben")
    foreign = other.see("/").form("/sign-out")[1]
    for fields in ({"a": "b"}, {"form_token": ""}, {"form_token": "é" * 64}, foreign):
        refused = desk.post("/sign-out", fields)
        assert (refused.status, refused.headers["cache-control"]) == (403, "no-store")
    assert len(list_sessions(desk)) == 2


def test_the_tokens_of_forms_are_not_the_sessions_own(desk: Desk) -> None:
    desk.enter()
    page = desk.see("/")
    assert session_token(desk) not in page.html
    assert page.form("/sign-out")[1]["form_token"] not in str(list_sessions(desk))


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/n/talks/record?kind=release", "/n/talks/record?kind=release"),
        ("", "/"),
        ("https://evil.example/n/", "/"),
        ("//evil.example/n/", "/"),
        ("/\\evil.example", "/"),
        ("/n/\n", "/"),
        ("/v1/negotiations", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_signing_in_leads_to_pages_of_this_server_alone(
    desk: Desk, address: str, page: str
) -> None:
    assert target_of(address) == page
    key, _ = desk.parley.keys.create("Ann", SCOPES)
    assert desk.post("/sign-in", {"key": key, "to": address}).headers["location"] == page


def test_a_form_that_is_too_large_or_is_none_is_refused(desk: Desk) -> None:
    large = desk.post("/sign-in", {"key": "x" * 1_100_000})
    assert large.status == 413
    assert "at most 1,048,576 bytes" in large.words
    response = desk.http.post("/sign-in", json={"key": "x"}, headers={"Origin": HERE})
    assert response.status_code == 415
