"""If a change needs two people, the second decides in a form on what they see, and the first can withdraw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.desk import Desk
from tests.web.forms.releases import WHY, read_record, record_release, send_form

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database


def test_where_a_change_takes_two_a_second_person_approves_what_they_see(
    reader: Reader, desk: Desk
) -> None:
    page = record_release(reader, reviewed=True)
    desk.enter()
    checked = send_form(desk, f"{page}/correct", "check", **WHY, summary="Fifty-three freed")
    assert "This needs a second person" in checked.words
    proposed = desk.fill(checked, f"{page}/correct", do="save")
    request = proposed.headers["location"]
    assert request.startswith("/n/talks/change-requests/")
    own = desk.see(request)
    assert "Somebody else has to approve it" in own.words
    assert "approve" not in own.all("button", "value")
    mine = desk.post(request, {**own.form(request)[1], "do": "approve"})
    assert mine.status == 403
    assert read_record(reader, page)["version"] == 1
    second = Desk(desk.site)
    second.enter("Ben")
    listed = second.see("/n/talks/change-requests")
    assert request in listed.all("a", "href")
    seen = second.see(request)
    assert "Fifty-two Fifty-three freed" in seen.words
    assert WHY["why"] in seen.words
    assert second.fill(seen, request, do="approve", why="I have the list").status == 303
    assert read_record(reader, page)["fact"]["summary"] == "Fifty-three freed"
    after = second.see(request)
    assert "Approved" in after.words
    assert "I have the list" in after.words
    assert "approve" not in after.all("button", "value")
    assert "Nothing waits." in second.see("/n/talks/change-requests").words
    assert request in second.see("/n/talks/change-requests?status=approved").all("a", "href")


def test_a_change_request_is_refused_with_a_reason_or_withdrawn(reader: Reader, desk: Desk) -> None:
    page = record_release(reader, reviewed=True)
    desk.enter()
    second = Desk(desk.site)
    second.enter("Ben")
    first = send_form(desk, f"{page}/retract", **WHY).headers["location"]
    silent = second.fill(second.see(first), first, do="refuse")
    assert silent.status == 422
    assert [given["name"] for _, given in silent.elements if "aria-invalid" in given] == ["why"]
    assert second.fill(silent, first, do="refuse", why="No").status == 303
    assert "Refused" in desk.see(first).words
    again = send_form(desk, f"{page}/retract", **WHY).headers["location"]
    assert desk.fill(desk.see(again), again, do="withdraw").status == 303
    assert "withdrawn" in desk.see(again).words
    assert read_record(reader, page)["version"] == 1


def test_an_erasure_is_approved_and_takes_its_change_request_along(
    reader: Reader, desk: Desk
) -> None:
    page = record_release(reader)
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


def test_an_approval_is_of_what_was_seen(reader: Reader, desk: Desk) -> None:
    page = record_release(reader, reviewed=True)
    desk.enter()
    request = send_form(desk, f"{page}/correct", **WHY, summary="Fifty-three freed").headers[
        "location"
    ]
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
    assert read_record(reader, page)["fact"]["summary"] == "Sixty freed"


def test_change_requests_are_for_who_may_correct(reader: Reader, desk: Desk) -> None:
    page = record_release(reader, reviewed=True)
    desk.enter()
    request = send_form(desk, f"{page}/retract", **WHY).headers["location"]
    other = Desk(desk.site)
    for address in (request, "/n/talks/change-requests"):
        away = other.see(address)
        assert away.status == 303
        assert away.headers["location"].startswith("/sign-in?to=")
    other.enter("Cat", "fact:read", "fact:write")
    assert other.see(request).status == 403
    assert "Changes to decide on" not in other.see("/n/talks").words
