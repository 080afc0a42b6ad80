"""A negotiation is corrected in a form, by two people if the settings require it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.web.desk import Desk

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database

PAGE: Final = "/n/talks/correct"
API: Final = "/v1/negotiations/talks"
WHY: Final = {"reason": "better_evidence", "why": "So both sides call them"}


def _read_negotiation(reader: Reader) -> Any:  # noqa: ANN401 -- JSON
    return reader.editor.get(API).json["negotiation"]


def test_a_correction_of_a_negotiation_changes_what_differs_and_nothing_else(
    reader: Reader, desk: Desk
) -> None:
    reader.editor.open()
    before = _read_negotiation(reader)
    desk.enter()
    assert PAGE in desk.see("/n/talks").all("a", "href")
    checked = desk.fill(desk.see(PAGE), PAGE, **WHY, title="Minsk talks", do="check")
    assert "It can be done at once, and would change: title" in checked.words
    assert _read_negotiation(reader) == before
    done = desk.fill(checked, PAGE, do="save")
    assert (done.status, done.headers["location"]) == (303, "/n/talks")
    assert _read_negotiation(reader) == {**before, "title": "Minsk talks"}
    parties = desk.fill(
        desk.see(PAGE), PAGE, **WHY, parties="US\n\n Belarus; its KGB \n", summary="", do="save"
    )
    assert parties.status == 303
    after = _read_negotiation(reader)
    assert (after["parties"], after["summary"]) == (["US", "Belarus; its KGB"], None)
    opened = desk.see(PAGE).form(PAGE)[1]
    assert opened["parties"] == "US\nBelarus; its KGB"
    last = reader.editor.get(f"{API}/history").json["items"][-1]
    assert (last["actor"], last["reason"], last["why"]) == ("Ann", *WHY.values())


def test_what_is_refused_is_said_at_its_field_and_nothing_is_lost(
    reader: Reader, desk: Desk
) -> None:
    reader.editor.open()
    before = _read_negotiation(reader)
    desk.enter()
    for name, text in {"title": "", "published": "soon", "why": ""}.items():
        filled = {**WHY, "summary": "Kept", name: text}
        refused = desk.fill(desk.see(PAGE), PAGE, **filled, do="save")
        assert refused.status == 422
        assert [given["name"] for _, given in refused.elements if "aria-invalid" in given] == [name]
        assert refused.form(PAGE)[1]["summary"] == "Kept"
    nothing = desk.fill(desk.see(PAGE), PAGE, **WHY, do="save")
    assert nothing.status == 422, nothing.words
    assert "alert" in nothing.all("div", "role")
    assert _read_negotiation(reader) == before


def test_a_form_that_was_overtaken_shows_what_changed_and_keeps_what_was_typed(
    reader: Reader, desk: Desk
) -> None:
    reader.editor.open()
    desk.enter()
    form = desk.see(PAGE)
    other = {**WHY, "changes": {"title": "Other talks", "summary": "Theirs"}}
    assert reader.editor.post(f"{API}/corrections", other, if_match="*").status == 200
    stale = desk.fill(form, PAGE, **WHY, summary="Mine", do="save")
    assert stale.status == 412
    assert "Somebody changed it while you wrote" in stale.words
    held = stale.form(PAGE)[1]
    assert (held["title"], held["summary"]) == ("Other talks", "Mine")
    assert _read_negotiation(reader)["summary"] == "Theirs"
    assert desk.fill(stale, PAGE, do="save").status == 303
    assert (_read_negotiation(reader)["title"], _read_negotiation(reader)["summary"]) == (
        "Other talks",
        "Mine",
    )


def test_where_it_takes_two_a_second_person_approves_it(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    before = _read_negotiation(reader)
    settings = {"review_record": True}
    assert reader.editor.post(f"{API}/settings", settings, if_match="*").status == 200
    desk.enter()
    checked = desk.fill(desk.see(PAGE), PAGE, **WHY, title="Minsk talks", do="check")
    assert "This needs a second person" in checked.words
    assert "Minsk talks" in checked.words
    request = desk.fill(checked, PAGE, do="save").headers["location"]
    assert request.startswith("/n/talks/change-requests/")
    assert _read_negotiation(reader) == before
    second = Desk(desk.site)
    second.enter("Ben")
    assert second.fill(second.see(request), request, do="approve").status == 303
    assert _read_negotiation(reader) == {**before, "title": "Minsk talks"}


def test_it_is_offered_and_done_only_for_who_may_correct(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    before = _read_negotiation(reader)
    assert desk.see(PAGE).headers["location"].startswith("/sign-in?to=")
    desk.enter("Ann", "fact:read", "fact:write")
    assert PAGE not in desk.see("/n/talks").all("a", "href")
    refused = desk.see(PAGE)
    assert (refused.status, PAGE in refused.all("form", "action")) == (403, False)
    token = refused.form("/sign-out")[1]
    other = Desk(desk.site)
    other.enter()
    _, fields = other.see(PAGE).form(PAGE)
    sent = {**fields, **token, **WHY, "title": "Mine", "do": "save"}
    assert desk.post(PAGE, sent).status == 403
    desk.enter()
    _, fields = desk.see(PAGE).form(PAGE)
    sent = {**fields, **WHY, "title": "Theirs", "do": "save"}
    assert desk.post(PAGE, sent, origin="https://other.example").status == 403
    assert desk.post(PAGE, {**sent, "form_token": "no"}).status == 403
    assert _read_negotiation(reader) == before
