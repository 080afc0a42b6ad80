"""An admin sets in a form who sees a negotiation, and which changes need a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.web.desk import Desk

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database

PAGE: Final = "/n/talks/settings"
API: Final = "/v1/negotiations/talks/settings"


def _settings(reader: Reader) -> Any:  # noqa: ANN401 -- JSON
    return reader.editor.get(API).json


def test_a_negotiation_is_made_private_for_its_members_and_public_again(
    reader: Reader, desk: Desk
) -> None:
    reader.editor.open()
    desk.enter()
    assert PAGE in desk.see("/n/talks").all("a", "href")
    form = desk.see(PAGE)
    assert form.form(PAGE)[1]["visibility"] == "public"
    members = "Ann\n\n Ben; of the desk \neditor\n"
    saved = desk.fill(
        form, PAGE, visibility="private", members=members, review_record="needs two people"
    )
    assert (saved.status, saved.headers["location"]) == (303, PAGE)
    now = _settings(reader)
    assert now["members"] == ["Ann", "Ben; of the desk", "editor"]
    assert (now["visibility"], now["review_record"], now["review_erasure"]) == (
        "private",
        True,
        True,
    )
    assert reader.see("/n/talks").status == 404
    shown = desk.see(PAGE).form(PAGE)[1]
    assert (shown["members"], shown["review_record"]) == (
        "Ann\nBen; of the desk\neditor",
        "needs two people",
    )
    assert desk.fill(desk.see(PAGE), PAGE, visibility="public").status == 303
    assert reader.see("/n/talks").status == 200


def test_an_admin_who_is_no_member_changes_the_settings_and_sees_nothing_else(
    reader: Reader, desk: Desk
) -> None:
    reader.editor.open()
    body = {"visibility": "private", "members": ["editor"]}
    assert reader.editor.post(API, body, if_match="*").status == 200
    desk.enter()
    assert desk.see("/n/talks").status == 404
    form = desk.see(PAGE)
    assert form.status == 200
    assert "Talks" not in form.words.replace("talks", "")
    assert desk.fill(form, PAGE, members="editor\nAnn").status == 303
    assert desk.see("/n/talks").status == 200


def test_settings_that_somebody_else_changed_meanwhile_are_shown_and_not_overwritten(
    reader: Reader, desk: Desk
) -> None:
    reader.editor.open()
    desk.enter()
    form = desk.see(PAGE)
    assert reader.editor.post(API, {"members": ["Cat"]}, if_match="*").status == 200
    stale = desk.fill(form, PAGE, members="Ann")
    assert stale.status == 412
    assert "Somebody changed the settings while you wrote" in stale.words
    assert stale.form(PAGE)[1]["members"] == "Cat"
    assert _settings(reader)["members"] == ["Cat"]
    assert desk.fill(stale, PAGE, members="Cat\nAnn").status == 303
    assert _settings(reader)["members"] == ["Ann", "Cat"]


def test_what_is_wrong_stands_at_its_field_and_only_an_admin_gets_in(
    reader: Reader, desk: Desk
) -> None:
    reader.editor.open()
    desk.enter()
    before = _settings(reader)
    for name, text in {"visibility": "", "members": "Ann\u0007"}.items():
        refused = desk.fill(desk.see(PAGE), PAGE, **{name: text})
        assert refused.status == 422, name
        wrong = [given["name"] for _, given in refused.elements if "aria-invalid" in given]
        assert wrong == [name]
    _, fields = desk.see(PAGE).form(PAGE)
    assert desk.post(PAGE, {**fields, "members": "M"}, origin="https://x.example").status == 403
    assert desk.post(PAGE, {**fields, "members": "M", "form_token": "no"}).status == 403
    other = Desk(desk.site)
    assert other.see(PAGE).headers["location"].startswith("/sign-in?to=")
    other.enter("Ben", "fact:read", "fact:write", "fact:correct")
    assert PAGE not in other.see("/n/talks").all("a", "href")
    assert other.see(PAGE).status == 403
    assert _settings(reader) == before
