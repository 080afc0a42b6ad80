"""A fact is changed in a form, at the version that the form shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.commands.changes import OPS
from api.web.forms.deeds import DEEDS
from tests.web.desk import Desk
from tests.web.forms.releases import WHY, read_record, record_release, send_form
from tests.web.hostile import HOSTILE_TEXTS

if TYPE_CHECKING:
    from domain.access import Scope
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database


def test_a_correction_changes_what_differs_and_nothing_else(reader: Reader, desk: Desk) -> None:
    page = record_release(reader, note="Seen by two")
    desk.enter()
    fields = {**WHY, "summary": "Fifty-three freed", "quantity.text": "53", "note": ""}
    checked = send_form(desk, f"{page}/correct", "check", **fields)
    assert checked.status == 200
    assert "It can be done at once, and would change:" in checked.words
    assert "Fifty-two Fifty-three freed" in checked.words
    assert read_record(reader, page)["version"] == 1
    saved = desk.fill(checked, f"{page}/correct", do="save")
    assert (saved.status, saved.headers["location"]) == (303, page)
    record = read_record(reader, page)
    assert record["fact"]["summary"] == "Fifty-three freed"
    assert record["fact"]["note"] is None
    assert record["fact"]["quantities"][0]["low"] == 53
    history = reader.editor.get(f"{page.replace('/n/talks', '/v1')}/history").json["items"][-1]
    assert {change["field"] for change in history["changes"]} == {
        "summary",
        "quantities",
        "note",
        "status",
    }
    assert (history["actor"], history["reason"], history["why"]) == ("Ann", *WHY.values())


def test_a_stale_form_shows_what_changed_since_and_keeps_what_was_typed(
    reader: Reader, desk: Desk
) -> None:
    page = record_release(reader)
    desk.enter()
    form = desk.see(f"{page}/correct")
    other = {
        "reason": "refinement",
        "why": "Named",
        "changes": {"places": ["Vilnius"], "matter": "m"},
    }
    address = f"{page.replace('/n/talks', '/v1')}/corrections"
    assert reader.editor.post(address, other, if_match='"1"').status == 200
    typed = {**WHY, "summary": "Fifty-three freed", "matter": "mine"}
    for act in ("check", "save"):
        stale = desk.fill(form, f"{page}/correct", **typed, do=act)
        assert stale.status == 412
        assert "Somebody changed it while you wrote" in stale.words
        assert "Lithuania Vilnius" in stale.words
        held = stale.form(f"{page}/correct")[1]
        assert (held["summary"], held["matter"], held["places"]) == (
            "Fifty-three freed",
            "mine",
            "Vilnius",
        )
    assert read_record(reader, page)["version"] == 2
    assert desk.fill(stale, f"{page}/correct", do="save").status == 303
    fact = read_record(reader, page)["fact"]
    assert (fact["summary"], fact["matter"], fact["places"]) == (
        "Fifty-three freed",
        "mine",
        ["Vilnius"],
    )


def test_a_fact_is_ended_corroborated_preferred_withdrawn_and_reinstated(
    reader: Reader, desk: Desk
) -> None:
    page = record_release(
        reader, kind="custody", person="Ann Example", status="detained", valid="2025-01/.."
    )
    desk.enter()
    source = {"citation.publisher": "AP", "citation.url": "https://ap.example/1"}
    assert send_form(desk, f"{page}/corroborate", **source).status == 303
    assert [citation["publisher"] for citation in read_record(reader, page)["fact"]["citations"]][
        -1
    ] == "AP"
    ended = send_form(desk, f"{page}/end", "check", ended="2025-06")
    assert "Read as: June 2025." in ended.words
    assert "since January 2025 January 2025 to June 2025" in ended.words
    assert desk.fill(ended, f"{page}/end", do="save").status == 303
    assert read_record(reader, page)["fact"]["valid"] == "2025-01/2025-06"
    assert send_form(desk, f"{page}/prefer", why="The court says so").status == 303
    assert read_record(reader, page)["preferred"] is True
    assert "No longer prefer it" in desk.see(page).words
    assert send_form(desk, f"{page}/prefer", why="It does not").status == 303
    assert read_record(reader, page)["preferred"] is False
    assert send_form(desk, f"{page}/retract", **WHY).status == 303
    assert reader.editor.get(page.replace("/n/talks", "/v1")).status == 410
    withdrawn = desk.see(page)
    assert f"{page}/reinstate" in withdrawn.all("a", "href")
    assert f"{page}/correct" not in withdrawn.all("a", "href")
    back = send_form(desk, f"{page}/reinstate", why="The court says so again")
    assert back.status == 303
    assert read_record(reader, page)["status"] == "ended"
    assert desk.see(f"{page}/reinstate").status == 409


@pytest.mark.parametrize("reviewed", [True, False])
def test_a_fact_is_erased_in_a_form_that_says_what_goes_and_asks_again(
    reader: Reader, desk: Desk, *, reviewed: bool
) -> None:
    page = record_release(reader, summary="Ann Secret was freed")
    settings = {"review_erasure": reviewed}
    address = "/v1/negotiations/talks/settings"
    assert reader.editor.post(address, settings, if_match="*").status == 200
    desk.enter()
    assert f"{page}/erase" in desk.see(page).all("a", "href")
    form = desk.see(f"{page}/erase")
    assert {"What is erased", "What remains"} <= {part.strip() for part in form.parts}
    assert "save" not in form.all("button", "value")
    asked = desk.fill(form, f"{page}/erase", reason="The person asked", do="check")
    assert read_record(reader, page)["version"] == 1
    assert ("This needs a second person" if reviewed else "Are you sure?") in asked.words
    answer = desk.fill(asked, f"{page}/erase", do="save")
    assert answer.status == 303
    if reviewed:
        assert read_record(reader, page)["version"] == 1
        second = Desk(desk.site)
        second.enter("Ben")
        request = answer.headers["location"]
        assert second.fill(second.see(request), request, do="approve").status == 303
    else:
        assert answer.headers["location"] == "/n/talks/timeline"
    assert desk.see(page).status == 410
    assert "Ann Secret" not in desk.see("/n/talks/timeline").html


def test_a_withdrawn_fact_is_erased_in_a_form(reader: Reader, desk: Desk) -> None:
    page = record_release(reader)
    desk.enter()
    assert send_form(desk, f"{page}/retract", **WHY).status == 303
    assert f"{page}/erase" in desk.see(page).all("a", "href")
    proposed = send_form(desk, f"{page}/erase", reason="The person asked")
    assert proposed.headers["location"].startswith("/n/talks/change-requests/")


def test_a_correction_loses_nothing_that_a_form_can_hardly_show(reader: Reader, desk: Desk) -> None:
    page = record_release(
        reader,
        kind="custody",
        status="sentenced",
        person={"name": "Ann; Example", "id": "list:17"},
        people=["Ben", {"name": "Cat", "id": "x"}, "Dee; Example"],
        note="First line\n\nSecond line",
        citations=[{"publisher": f"Paper {n}", "quote": "a\nb"} for n in range(40)],
        quantities=[{"what": "held", "text": "7"}, {"what": "held", "low": 2, "high": 9}],
        links=[{"relation": "confirms", "fact": "external:A; B"}],
    )
    before = read_record(reader, page)["fact"]
    desk.enter()
    unchanged = send_form(desk, f"{page}/correct", "check", **WHY)
    assert "Nothing was recorded" in unchanged.words
    assert send_form(desk, f"{page}/correct", **WHY, summary="Anew").status == 303
    after = read_record(reader, page)["fact"]
    assert {**after, "summary": before["summary"]} == before
    [change] = [
        change
        for change in reader.editor.get(f"{page.replace('/n/talks', '/v1')}/history").json["items"][
            -1
        ]["changes"]
        if change["field"] != "status"
    ]
    assert change["field"] == "summary"
    wrong = send_form(
        desk, f"{page}/correct", **WHY, citations='[{"publisher": "P", "grade": "Z"}]'
    )
    assert [given["name"] for _, given in wrong.elements if "aria-invalid" in given] == [
        "citations"
    ]


@pytest.mark.parametrize("name", DEEDS)
def test_each_form_says_at_its_fields_what_is_missing(
    reader: Reader, desk: Desk, name: str
) -> None:
    page = record_release(reader)
    desk.enter()
    if name == "reinstate":
        body = {"reason": "coding_error", "why": "Test"}
        retraction = f"{page.replace('/n/talks', '/v1')}/retraction"
        assert reader.editor.post(retraction, body, if_match="*").status == 200
    form = desk.see(f"{page}/{name}")
    needed = {str(given["name"]) for _, given in form.elements if "required" in given}
    empty = desk.fill(form, f"{page}/{name}", **dict.fromkeys(needed, ""), do="save")
    assert empty.status == 422
    wrong = {given["name"] for _, given in empty.elements if given.get("aria-invalid") == "true"}
    assert wrong == needed or {"citation.publisher"} == needed - wrong, (wrong, needed)
    assert "Nothing was recorded" in empty.words


@pytest.mark.parametrize("name", DEEDS)
def test_a_form_is_offered_and_taken_by_scope(reader: Reader, desk: Desk, name: str) -> None:
    page = record_release(reader)
    other: Scope = "fact:correct" if OPS[name].scope == "fact:write" else "fact:write"
    desk.enter("Reader", "fact:read", "audit:read", other)
    shown = desk.see(page)
    assert f"{page}/{name}" not in shown.all("a", "href")
    token = shown.form("/sign-out")[1]["form_token"]
    fields = {
        "form_token": token,
        "do": "save",
        "why": "x",
        "reason": "refinement",
        "ended": "2026",
    }
    refused = desk.post(f"{page}/{name}", {**fields, "citation.publisher": "AP"})
    assert refused.status in {403, 409}
    assert read_record(reader, page)["version"] == 1


def test_a_fact_is_changed_under_its_own_negotiation_alone(reader: Reader, desk: Desk) -> None:
    page = record_release(reader)
    reader.editor.open("other")
    desk.enter()
    assert desk.see(page.replace("/talks/", "/other/") + "/correct").status == 404
    assert desk.see(f"{page}/improve").status == 404


@pytest.mark.cases(3)
@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_text_is_text_in_every_form(reader: Reader, desk: Desk, text: str) -> None:
    page = record_release(
        reader,
        reviewed=True,
        summary=text,
        citations=[{"publisher": text, "quote": text, "title": text}],
    )
    desk.enter()
    checked = send_form(desk, f"{page}/correct", "check", **WHY, note=text, summary=f"{text} anew")
    request = desk.fill(checked, f"{page}/correct", do="save").headers["location"]
    pages = [desk.see(f"{page}/{name}") for name in DEEDS if name != "reinstate"]
    for shown in (checked, desk.see(request), desk.see("/n/talks/change-requests"), *pages):
        assert text in shown.words
        assert not [
            given for tag, given in shown.elements if tag == "script" and "src" not in given
        ]
        assert not [name for _, given in shown.elements for name in given if name.startswith("on")]
