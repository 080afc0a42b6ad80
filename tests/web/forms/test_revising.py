"""A proposer replaces a change request in a form; nobody can then approve the version they saw before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.web.desk import Desk

if TYPE_CHECKING:
    from tests.web.browsing import Reader, Seen

pytestmark = pytest.mark.either_database

API: Final = "/v1/negotiations/talks"
WHY: Final = {"reason": "better_evidence", "why": "The list has 53 names"}


def _record_reviewed(reader: Reader, **more: Any) -> str:  # noqa: ANN401 -- fields of a fact
    """Record a fact whose changes need a second person; gives the address of its page."""
    reader.editor.open()
    settings = {"review_record": True}
    assert reader.editor.post(f"{API}/settings", settings, if_match="*").status == 200
    recorded = reader.editor.record(summary="Fifty-two freed", places=["Lithuania"], **more)
    return f"/n/talks/facts/{recorded.json['id']}"


def _propose_change(desk: Desk, address: str, **fields: str) -> str:
    """Send a form that proposes a change; gives the address of the change request."""
    answer = desk.fill(desk.see(address), address, **fields, do="save")
    assert answer.status == 303, answer.words
    return answer.headers["location"]


def _read_inputs(form: Seen, address: str, *names: str) -> list[str]:
    return [form.form(address)[1][name] for name in names]


def test_a_correction_is_proposed_anew_from_what_was_proposed(reader: Reader, desk: Desk) -> None:
    page = _record_reviewed(reader)
    desk.enter()
    request = _propose_change(
        desk, f"{page}/correct", **WHY, summary="Fifty-three freed", matter="m"
    )
    second = Desk(desk.site)
    second.enter("Ben")
    seen = second.see(request)
    revise = f"{request}/revise"
    assert revise in desk.see(request).all("a", "href")
    assert revise not in seen.all("a", "href")
    form = desk.see(revise)
    assert _read_inputs(form, revise, "summary", "matter", "places", "why") == [
        "Fifty-three freed",
        "m",
        "Lithuania",
        WHY["why"],
    ]
    checked = desk.fill(form, revise, summary="Fifty-four freed", do="check")
    assert "Fifty-two Fifty-four freed" in checked.words
    assert "Propose this instead" in checked.words
    again = desk.fill(checked, revise, do="save")
    assert (again.status, again.headers["location"]) == (303, request)
    assert second.fill(seen, request, do="approve").status == 412
    now = second.see(request)
    assert "Fifty-two Fifty-four freed" in now.words
    assert second.fill(now, request, do="approve").status == 303
    fact = reader.editor.get(page.replace("/n/talks", "/v1")).json["fact"]
    assert (fact["summary"], fact["matter"]) == ("Fifty-four freed", "m")
    assert desk.see(revise).headers["location"] == request
    late = desk.fill(form, revise, summary="Late", key="another", do="save")
    assert late.status == 409, late.words


@pytest.mark.parametrize("deed", ["retract", "reinstate", "erase"])
def test_each_other_change_is_proposed_anew(reader: Reader, desk: Desk, deed: str) -> None:
    page = _record_reviewed(reader)
    if deed == "reinstate":
        settings = f"{API}/settings"
        reader.editor.post(settings, {"review_record": False}, if_match="*")
        address = page.replace("/n/talks", "/v1")
        assert reader.editor.post(f"{address}/retraction", WHY, if_match="*").status == 200
        reader.editor.post(settings, {"review_record": True}, if_match="*")
    desk.enter()
    column = "reason" if deed == "erase" else "why"
    more = {"reason": "coding_error"} if deed == "retract" else {}
    request = _propose_change(desk, f"{page}/{deed}", **more, **{column: "A first why"})
    revise = f"{request}/revise"
    form = desk.see(revise)
    assert _read_inputs(form, revise, column) == ["A first why"]
    empty = desk.fill(form, revise, **{column: ""}, do="save")
    assert empty.status == 422
    assert [given["name"] for _, given in empty.elements if "aria-invalid" in given] == [column]
    assert desk.fill(empty, revise, **{column: "A better why"}, do="save").status == 303
    words = desk.see(request).words
    assert "A better why" in words
    assert "A first why" not in words


def test_a_correction_of_a_negotiation_is_proposed_anew(reader: Reader, desk: Desk) -> None:
    _record_reviewed(reader)
    desk.enter()
    request = _propose_change(desk, "/n/talks/correct", **WHY, title="Minsk talks")
    revise = f"{request}/revise"
    form = desk.see(revise)
    assert _read_inputs(form, revise, "title", "why") == ["Minsk talks", WHY["why"]]
    checked = desk.fill(form, revise, title="Minsk and Vilnius", do="check")
    assert "Minsk and Vilnius" in checked.words
    assert desk.fill(checked, revise, do="save").headers["location"] == request
    assert "Minsk and Vilnius" in desk.see(request).words
    assert reader.editor.get(API).json["negotiation"]["title"] == "Talks"


def test_only_who_proposed_it_revises_it_and_only_from_a_page_of_this_server(
    reader: Reader, desk: Desk
) -> None:
    page = _record_reviewed(reader)
    desk.enter()
    request = _propose_change(desk, f"{page}/correct", **WHY, summary="Fifty-three freed")
    revise = f"{request}/revise"
    assert Desk(desk.site).see(revise).headers["location"].startswith("/sign-in?to=")
    second = Desk(desk.site)
    second.enter("Ben")
    taken = second.fill(second.see(revise), revise, summary="Mine", do="save")
    assert taken.status == 403
    _, fields = desk.see(revise).form(revise)
    sent = {**fields, "summary": "Theirs", "do": "save"}
    assert desk.post(revise, sent, origin="https://other.example").status == 403
    assert desk.post(revise, {**sent, "form_token": "no"}).status == 403
    reader.editor.open("others")
    assert desk.see(revise.replace("/talks/", "/others/")).status == 404
    assert "Fifty-three freed" in desk.see(request).words


def test_the_confidential_sources_of_a_fact_are_erased_alone(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    settings = {"review_erasure": False}
    assert reader.editor.post(f"{API}/settings", settings, if_match="*").status == 200
    source = {"publisher": "Own", "confidential": {"identity": "Canary Jane"}}
    made = reader.editor.record(summary="Ann was freed", citations=[source])
    page = f"/n/talks/facts/{made.json['id']}"
    desk.enter()
    address = f"{page}/erase"
    form = desk.see(address)
    assert _read_inputs(form, address, "what") == ["fact"]
    asked = desk.fill(form, address, what="sources", reason="They ask", do="check")
    assert "What is kept in confidence about its sources would be erased" in asked.words
    done = desk.fill(asked, address, do="save")
    assert (done.status, done.headers["location"]) == (303, page)
    record = reader.editor.get(page.replace("/n/talks", "/v1"))
    assert record.json["fact"]["summary"] == "Ann was freed"
    assert b"Canary" not in record.body
