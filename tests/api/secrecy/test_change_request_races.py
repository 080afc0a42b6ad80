"""In a race one caller wins: a change request is decided once, on the fact and the body that were seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from eventsourcing.persistence import OperationalError

from api.http.exchange.change_or_propose import repeat_on_conflict
from domain.streams.conflicts import DeadlinePassedError
from tests.api.asking import TALKS
from tests.api.desk import CHANGE_REQUESTS, CITED, CORRECTION, DAY, RETRACTION, Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.asking import Answer

OTHER = {**CORRECTION, "changes": {"summary": "Fifty freed"}}


def call_at_once(*calls: Callable[[], Answer]) -> list[Answer]:
    """The responses to calls that are made at once."""
    together = Barrier(len(calls))

    def call_together(call: Callable[[], Answer]) -> Answer:
        together.wait(20)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call_together, calls))


def call_before_append(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, call: Callable[[], Answer]
) -> list[Answer]:
    """Make a call after a decision is taken and before it is recorded; gives a list that gets its response."""
    append, answered = desk.parley.ledger.append, []

    def append_after_call(*arguments: Any, **named: Any) -> list[int]:  # noqa: ANN401 -- as they are passed on
        monkeypatch.setattr(desk.parley.ledger, "append", append)
        answered.append(call())
        return append(*arguments, **named)

    monkeypatch.setattr(desk.parley.ledger, "append", append_after_call)
    return answered


def test_of_sixteen_approvers_one_does_it(desk: Desk) -> None:
    proposed = desk.propose(desk.fact())
    people = [f"Approver {n}" for n in range(16)]
    for person in people:
        desk.keys[person] = desk.key(person)
    found = call_at_once(*(lambda p=p: desk.decide(proposed, who=p) for p in people))
    statuses = sorted(each.status for each in found)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {409, 412}
    events = desk.events()
    assert events.count("change.approved") == events.count("fact.corrected") == 1
    assert desk.parley.rebuild().differences == ()


@pytest.mark.either_database
def test_approvers_and_refusers_at_once_leave_one_decision(desk: Desk) -> None:
    for _ in range(5):
        proposed = desk.propose(desk.fact())
        desk.get("/v1/negotiations", "Bo"), desk.get("/v1/negotiations", "Cy")
        answers = call_at_once(
            lambda p=proposed: desk.decide(p),  # type: ignore[misc]
            lambda p=proposed: desk.decide(p, "refusal", "Cy"),  # type: ignore[misc]
            lambda p=proposed: desk.decide(p, "withdrawal", "Ann"),  # type: ignore[misc]
        )
        assert [answer.status for answer in answers].count(200) == 1
        won = next(answer for answer in answers if answer.status == 200)
        assert desk.status(proposed) == won.json["status"]


def test_an_approval_does_not_do_what_was_revised_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = desk.fact()
    proposed = desk.propose(fact)
    address = f"{proposed.headers['location']}/revision"
    revised = call_before_append(desk, monkeypatch, lambda: desk.post(address, OTHER))
    answer = desk.decide(proposed)
    assert revised[0].status == 200
    assert (answer.status, answer.json["type"]) == (412, "urn:parley:problem:revised")
    assert desk.get(fact).json["version"] == 1
    assert desk.decide(revised[0]).status == 200
    assert desk.get(fact).json["fact"]["summary"] == "Fifty freed"


def test_a_revision_does_not_change_what_was_approved_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = desk.fact()
    proposed = desk.propose(fact)
    approved = call_before_append(desk, monkeypatch, lambda: desk.decide(proposed))
    answer = desk.post(f"{proposed.headers['location']}/revision", OTHER)
    assert (approved[0].status, answer.status) == (200, 409)
    assert desk.get(fact).json["fact"]["summary"] == "Fifty-one freed"


def test_an_approval_does_not_change_a_fact_that_moved_on_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = desk.fact()
    proposed = desk.propose(fact)
    corroborated = call_before_append(
        desk, monkeypatch, lambda: desk.post(f"{fact}/corroborations", CITED, if_match="1")
    )
    answer = desk.decide(proposed)
    assert corroborated[0].status == 200
    assert (answer.status, answer.json["type"]) == (412, "urn:parley:problem:stale")
    assert desk.status(proposed) == "void"
    assert desk.events()[-1] == "fact.corroborated"


def test_a_direct_change_does_not_overwrite_what_was_approved_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = desk.fact()
    proposed = desk.propose(fact)
    approved = call_before_append(desk, monkeypatch, lambda: desk.decide(proposed))
    answer = desk.post(f"{fact}/corroborations", CITED, if_match="1")
    assert (approved[0].status, answer.status) == (200, 412)


def test_a_change_request_made_meanwhile_does_not_stop_an_approval(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = desk.fact()
    proposed = desk.propose(fact)
    other = call_before_append(
        desk, monkeypatch, lambda: desk.propose(fact, "retraction", RETRACTION, "Cy")
    )
    assert desk.decide(proposed).status == 200
    assert desk.status(other[0]) == "void"


@pytest.mark.either_database
def test_sixteen_propose_at_once_and_all_are_kept(desk: Desk) -> None:
    fact = desk.fact()
    found = call_at_once(*[lambda: desk.propose(fact)] * 16)
    assert len({each.json["id"] for each in found}) == 16
    listed = desk.get(
        f"{fact.replace('/v1/facts/', '/v1/negotiations/talks/change-requests?fact=')}"
    )
    assert len(listed.json["items"]) == 16


@pytest.mark.either_database
def test_approvals_and_edits_at_once_never_do_what_was_not_seen(desk: Desk) -> None:
    for _ in range(8):
        fact = desk.fact()
        proposed = desk.propose(fact)
        address = f"{proposed.headers['location']}/revision"
        desk.get("/v1/negotiations", "Bo")
        approved, revised = call_at_once(
            lambda p=proposed: desk.decide(p),  # type: ignore[misc]
            lambda a=address: desk.post(a, OTHER),  # type: ignore[misc]
        )
        assert (approved.status, revised.status) in {(200, 409), (412, 200)}
        summary = desk.get(fact).json["fact"]["summary"]
        assert summary == (
            "Fifty-one freed" if approved.status == 200 else "Fifty-two prisoners freed"
        )


def test_who_is_always_too_late_is_told_to_come_again() -> None:
    def raise_deadline_passed() -> Any:  # noqa: ANN401 -- it never answers
        raise DeadlinePassedError

    with pytest.raises(OperationalError, match="kept changing the same fact"):
        repeat_on_conflict(raise_deadline_passed)


ERASURE = {"reason": "The source asked for it"}


@pytest.mark.cases(8)
@pytest.mark.parametrize("reviewed", [False, True])
@pytest.mark.parametrize("what", ["proposal", "revision", "refusal", "withdrawal"])
def test_nothing_is_said_of_a_change_of_what_was_erased_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, what: str, reviewed: bool
) -> None:
    fact = desk.fact()
    proposed = desk.propose(fact)
    erasure: Callable[[], Answer]
    if reviewed:
        erasing = desk.post(f"{fact}/erasure", ERASURE, if_match="*")
        erasure = partial(desk.decide, erasing)
    else:
        assert desk.post(f"{TALKS}/settings", {"review_erasure": False}).status == 200
        erasure = partial(desk.post, f"{fact}/erasure", ERASURE, if_match="*")
    erased = call_before_append(desk, monkeypatch, erasure)
    if what == "proposal":
        answer = desk.post(f"{fact}/corrections", OTHER, if_match="*")
        assert answer.status == 410
    else:
        answer = desk.decide(proposed, what, "Bo" if what == "refusal" else "Ann")
        assert answer.status == 404
    assert erased[0].status == 200
    assert desk.events()[-1] == "fact.erased"
    assert desk.get(CHANGE_REQUESTS).json["items"] == []
    assert desk.parley.rebuild().differences == ()


@pytest.mark.either_database
def test_proposers_who_race_an_erasure_leave_nothing(desk: Desk) -> None:
    assert desk.post(f"{TALKS}/settings", {"review_erasure": False}).status == 200
    desk.get("/v1/negotiations", "Bo")
    for _ in range(10):
        fact = desk.fact()
        propose = partial(desk.post, f"{fact}/corrections", OTHER, "Bo", if_match="*")
        erase = partial(desk.post, f"{fact}/erasure", ERASURE, if_match="*")
        *proposed, erased = call_at_once(propose, propose, propose, erase)
        assert erased.status == 200
        assert {each.status for each in proposed} <= {202, 410, 412}
        assert desk.get(CHANGE_REQUESTS).json["items"] == []
    assert desk.parley.rebuild().differences == ()


def test_an_approval_that_waited_until_it_expired_does_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = desk.fact()
    proposed = desk.propose(fact)

    def wait() -> Answer:
        desk.clock.now += 30 * DAY
        return desk.get(fact)

    call_before_append(desk, monkeypatch, wait)
    answer = desk.decide(proposed)
    assert answer.status == 409
    assert desk.status(proposed) == "expired"
    assert desk.get(fact).json["version"] == 1
