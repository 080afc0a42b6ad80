"""A fact is changed in a form, from the version that was seen, and by a second person where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from api.commands.changes import OPS
from api.web.forms.deeds import DEEDS
from tests.web.desk import Desk
from tests.web.test_pages import HOSTILE

if TYPE_CHECKING:
    from domain.access import Scope
    from tests.web.browsing import Reader, Seen

pytestmark = pytest.mark.either_database

WHY: Final = {"reason": "better_evidence", "why": "The list has 53 names"}
FREED: Final[dict[str, Any]] = {
    "kind": "release",
    "valid": "2025-09-11",
    "summary": "Fifty-two freed",
    "places": ["Lithuania"],
    "quantities": [{"what": "released", "text": "52", "basis": "increment"}],
}


def _recorded(reader: Reader, *, reviewed: bool = False, **more: Any) -> str:  # noqa: ANN401 -- fields of a fact
    """The address of the page of a new fact."""
    reader.editor.open()
    if reviewed:
        settings = "/v1/negotiations/talks/settings"
        assert reader.editor.post(settings, {"review_record": True}, if_match="*").status == 200
    made = reader.editor.record(**{**FREED, **more})
    return f"/n/talks/facts/{made.json['id']}"


def _record(reader: Reader, page: str) -> Any:  # noqa: ANN401 -- JSON
    return reader.editor.get(page.replace("/n/talks", "/v1")).json


def _sent(desk: Desk, address: str, act: str = "save", **fields: str) -> Seen:
    form = desk.see(address)
    assert form.status == 200, form.words
    return desk.fill(form, address, **{**fields, "do": act})


def test_a_correction_changes_what_differs_and_nothing_else(reader: Reader, desk: Desk) -> None:
    page = _recorded(reader, note="Seen by two")
    desk.enter()
    fields = {**WHY, "summary": "Fifty-three freed", "quantity.text": "53", "note": ""}
    checked = _sent(desk, f"{page}/correct", "check", **fields)
    assert checked.status == 200
    assert "It can be done at once, and would change:" in checked.words
    assert "Fifty-two Fifty-three freed" in checked.words
    assert _record(reader, page)["version"] == 1
    saved = desk.fill(checked, f"{page}/correct", do="save")
    assert (saved.status, saved.headers["location"]) == (303, page)
    record = _record(reader, page)
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
    page = _recorded(reader)
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
    assert _record(reader, page)["version"] == 2
    assert desk.fill(stale, f"{page}/correct", do="save").status == 303
    fact = _record(reader, page)["fact"]
    assert (fact["summary"], fact["matter"], fact["places"]) == (
        "Fifty-three freed",
        "mine",
        ["Vilnius"],
    )


def test_a_fact_is_ended_corroborated_preferred_withdrawn_and_reinstated(
    reader: Reader, desk: Desk
) -> None:
    page = _recorded(
        reader, kind="custody", person="Ann Example", status="detained", valid="2025-01/.."
    )
    desk.enter()
    source = {"citation.publisher": "AP", "citation.url": "https://ap.example/1"}
    assert _sent(desk, f"{page}/corroborate", **source).status == 303
    assert [citation["publisher"] for citation in _record(reader, page)["fact"]["citations"]][
        -1
    ] == "AP"
    ended = _sent(desk, f"{page}/end", "check", ended="2025-06")
    assert "Read as: June 2025." in ended.words
    assert "since January 2025 January 2025 to June 2025" in ended.words
    assert desk.fill(ended, f"{page}/end", do="save").status == 303
    assert _record(reader, page)["fact"]["valid"] == "2025-01/2025-06"
    assert _sent(desk, f"{page}/prefer", why="The court says so").status == 303
    assert _record(reader, page)["preferred"] is True
    assert "No longer prefer it" in desk.see(page).words
    assert _sent(desk, f"{page}/prefer", why="It does not").status == 303
    assert _record(reader, page)["preferred"] is False
    assert _sent(desk, f"{page}/retract", **WHY).status == 303
    assert reader.editor.get(page.replace("/n/talks", "/v1")).status == 410
    withdrawn = desk.see(page)
    assert f"{page}/reinstate" in withdrawn.all("a", "href")
    assert f"{page}/correct" not in withdrawn.all("a", "href")
    back = _sent(desk, f"{page}/reinstate", why="The court says so again")
    assert back.status == 303
    assert _record(reader, page)["status"] == "ended"
    assert desk.see(f"{page}/reinstate").status == 409


def test_where_a_change_takes_two_a_second_person_approves_what_they_see(
    reader: Reader, desk: Desk
) -> None:
    page = _recorded(reader, reviewed=True)
    desk.enter()
    checked = _sent(desk, f"{page}/correct", "check", **WHY, summary="Fifty-three freed")
    assert "This needs a second person" in checked.words
    proposed = desk.fill(checked, f"{page}/correct", do="save")
    request = proposed.headers["location"]
    assert request.startswith("/n/talks/change-requests/")
    own = desk.see(request)
    assert "Somebody else has to approve it" in own.words
    assert "approve" not in own.all("button", "value")
    mine = desk.post(request, {**own.form(request)[1], "do": "approve"})
    assert mine.status == 403
    assert _record(reader, page)["version"] == 1
    second = Desk(desk.site)
    second.enter("Ben")
    listed = second.see("/n/talks/change-requests")
    assert request in listed.all("a", "href")
    seen = second.see(request)
    assert "Fifty-two Fifty-three freed" in seen.words
    assert WHY["why"] in seen.words
    assert second.fill(seen, request, do="approve", why="I have the list").status == 303
    assert _record(reader, page)["fact"]["summary"] == "Fifty-three freed"
    after = second.see(request)
    assert "Approved" in after.words
    assert "I have the list" in after.words
    assert "approve" not in after.all("button", "value")
    assert "Nothing waits." in second.see("/n/talks/change-requests").words
    assert request in second.see("/n/talks/change-requests?status=approved").all("a", "href")


def test_a_change_request_is_refused_with_a_reason_or_withdrawn(reader: Reader, desk: Desk) -> None:
    page = _recorded(reader, reviewed=True)
    desk.enter()
    second = Desk(desk.site)
    second.enter("Ben")
    first = _sent(desk, f"{page}/retract", **WHY).headers["location"]
    silent = second.fill(second.see(first), first, do="refuse")
    assert silent.status == 422
    assert [given["name"] for _, given in silent.elements if "aria-invalid" in given] == ["why"]
    assert second.fill(silent, first, do="refuse", why="No").status == 303
    assert "Refused" in desk.see(first).words
    again = _sent(desk, f"{page}/retract", **WHY).headers["location"]
    assert desk.fill(desk.see(again), again, do="withdraw").status == 303
    assert "withdrawn" in desk.see(again).words
    assert _record(reader, page)["version"] == 1


def test_an_erasure_is_approved_and_takes_its_change_request_along(
    reader: Reader, desk: Desk
) -> None:
    page = _recorded(reader)
    address = f"{page.replace('/n/talks', '/v1')}/erasure"
    proposed = reader.editor.post(address, {"reason": "Asked for by the person"}, if_match="*")
    assert proposed.status == 202
    desk.enter("Ben")
    request = f"/n/talks/change-requests/{proposed.json['id']}"
    seen = desk.see(request)
    assert "Asked for by the person" in seen.words
    answer = desk.fill(seen, request, do="approve")
    assert (answer.status, answer.headers["location"]) == (303, "/n/talks/change-requests")
    assert desk.see(answer.headers["location"]).status == 200
    assert desk.see(page).status == 410


@pytest.mark.parametrize("reviewed", [True, False])
def test_a_fact_is_erased_in_a_form_that_says_what_goes_and_asks_again(
    reader: Reader, desk: Desk, *, reviewed: bool
) -> None:
    page = _recorded(reader, summary="Ann Secret was freed")
    settings = {"review_erasure": reviewed}
    address = "/v1/negotiations/talks/settings"
    assert reader.editor.post(address, settings, if_match="*").status == 200
    desk.enter()
    assert f"{page}/erase" in desk.see(page).all("a", "href")
    form = desk.see(f"{page}/erase")
    assert {"What is erased", "What remains"} <= {part.strip() for part in form.parts}
    assert "save" not in form.all("button", "value")
    asked = desk.fill(form, f"{page}/erase", reason="The person asked", do="check")
    assert _record(reader, page)["version"] == 1
    assert ("This needs a second person" if reviewed else "Are you sure?") in asked.words
    answer = desk.fill(asked, f"{page}/erase", do="save")
    assert answer.status == 303
    if reviewed:
        assert _record(reader, page)["version"] == 1
        second = Desk(desk.site)
        second.enter("Ben")
        request = answer.headers["location"]
        assert second.fill(second.see(request), request, do="approve").status == 303
    else:
        assert answer.headers["location"] == "/n/talks/timeline"
    assert desk.see(page).status == 410
    assert "Ann Secret" not in desk.see("/n/talks/timeline").html


def test_a_withdrawn_fact_is_erased_in_a_form(reader: Reader, desk: Desk) -> None:
    page = _recorded(reader)
    desk.enter()
    assert _sent(desk, f"{page}/retract", **WHY).status == 303
    assert f"{page}/erase" in desk.see(page).all("a", "href")
    proposed = _sent(desk, f"{page}/erase", reason="The person asked")
    assert proposed.headers["location"].startswith("/n/talks/change-requests/")


def test_a_correction_loses_nothing_that_a_form_can_hardly_show(reader: Reader, desk: Desk) -> None:
    page = _recorded(
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
    before = _record(reader, page)["fact"]
    desk.enter()
    unchanged = _sent(desk, f"{page}/correct", "check", **WHY)
    assert "Nothing was recorded" in unchanged.words
    assert _sent(desk, f"{page}/correct", **WHY, summary="Anew").status == 303
    after = _record(reader, page)["fact"]
    assert {**after, "summary": before["summary"]} == before
    [change] = [
        change
        for change in reader.editor.get(f"{page.replace('/n/talks', '/v1')}/history").json["items"][
            -1
        ]["changes"]
        if change["field"] != "status"
    ]
    assert change["field"] == "summary"
    wrong = _sent(desk, f"{page}/correct", **WHY, citations='[{"publisher": "P", "grade": "Z"}]')
    assert [given["name"] for _, given in wrong.elements if "aria-invalid" in given] == [
        "citations"
    ]


def test_an_approval_is_of_what_was_seen(reader: Reader, desk: Desk) -> None:
    page = _recorded(reader, reviewed=True)
    desk.enter()
    request = _sent(desk, f"{page}/correct", **WHY, summary="Fifty-three freed").headers["location"]
    second = Desk(desk.site)
    second.enter("Ben")
    seen = second.see(request)
    revised = {**WHY, "changes": {"summary": "Sixty freed"}}
    address = f"{request.replace('/n/talks', '/v1')}/revision"
    key, _ = desk.parley.keys.create("Ann", ("fact:correct", "fact:read"))
    assert reader.editor.post(address, revised, authorization=f"Bearer {key}").status == 200
    refused = second.fill(seen, request, do="approve")
    assert refused.status == 412
    assert "Sixty" in refused.words
    assert second.fill(refused, request, do="approve").status == 303
    assert _record(reader, page)["fact"]["summary"] == "Sixty freed"


@pytest.mark.parametrize("name", DEEDS)
def test_each_form_says_at_its_fields_what_is_missing(
    reader: Reader, desk: Desk, name: str
) -> None:
    page = _recorded(reader)
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
    page = _recorded(reader)
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
    assert _record(reader, page)["version"] == 1


def test_change_requests_are_for_who_may_correct(reader: Reader, desk: Desk) -> None:
    page = _recorded(reader, reviewed=True)
    desk.enter()
    request = _sent(desk, f"{page}/retract", **WHY).headers["location"]
    other = Desk(desk.site)
    for address in (request, "/n/talks/change-requests"):
        away = other.see(address)
        assert away.status == 303
        assert away.headers["location"].startswith("/sign-in?to=")
    other.enter("Cat", "fact:read", "fact:write")
    assert other.see(request).status == 403
    assert "Changes to decide on" not in other.see("/n/talks").words


def test_a_fact_is_changed_under_its_own_negotiation_alone(reader: Reader, desk: Desk) -> None:
    page = _recorded(reader)
    reader.editor.open("other")
    desk.enter()
    assert desk.see(page.replace("/talks/", "/other/") + "/correct").status == 404
    assert desk.see(f"{page}/improve").status == 404


@pytest.mark.cases(3)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_text_in_every_form(reader: Reader, desk: Desk, text: str) -> None:
    page = _recorded(
        reader,
        reviewed=True,
        summary=text,
        citations=[{"publisher": text, "quote": text, "title": text}],
    )
    desk.enter()
    checked = _sent(desk, f"{page}/correct", "check", **WHY, note=text, summary=f"{text} anew")
    request = desk.fill(checked, f"{page}/correct", do="save").headers["location"]
    pages = [desk.see(f"{page}/{name}") for name in DEEDS if name != "reinstate"]
    for shown in (checked, desk.see(request), desk.see("/n/talks/change-requests"), *pages):
        assert text in shown.words
        assert not [
            given for tag, given in shown.elements if tag == "script" and "src" not in given
        ]
        assert not [name for _, given in shown.elements for name in given if name.startswith("on")]
