"""The change requests of a fact: every command in every state, and the state after each event."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import pytest

from domain.errors import (
    ContentError,
    OthersChangeRequestError,
    OwnChangeRequestError,
    RecordError,
    RevisedError,
    StaleError,
    StateError,
    UnknownError,
)
from domain.streams.change_request import (
    ChangeRequests,
    Decision,
    StatusContext,
    fold_change_requests,
    stream_of,
)
from domain.streams.entry import Entry
from domain.streams.event import (
    ChangeApproved,
    ChangeProposed,
    ChangeRefused,
    ChangeRevised,
    ChangeWithdrawn,
    RecordEvent,
)
from domain.streams.fact import decide_record, evolve
from domain.streams.reviewing import (
    decide_approve,
    decide_propose,
    decide_refuse,
    decide_revise,
    decide_withdraw,
)
from tests.examples import NEGOTIATION, fact

if TYPE_CHECKING:
    from collections.abc import Callable

FACT: Final = UUID("5b0b2f4e-0000-4000-8000-000000000001")
STREAM: Final = stream_of(FACT)
ID: Final = UUID("5b0b2f4e-0000-4000-8000-000000000002")
RECORDED: Final = decide_record(
    fact_id=FACT, negotiation_id=NEGOTIATION, fact=fact("release"), actor="desk"
)
RECORD: Final = evolve(None, RECORDED)
BODY: Final[dict[str, Any]] = {"reason": "refinement", "why": "a day is named", "changes": {}}
OTHER_BODY: Final[dict[str, Any]] = {**BODY, "why": "another day is named"}
DIGEST: Final = "ab" * 32
AT: Final = StatusContext(now=99, fact_version=1)
EXPIRED: Final = StatusContext(now=100, fact_version=1)
MOVED_ON: Final = StatusContext(now=99, fact_version=2)
BOTH: Final = StatusContext(now=100, fact_version=2)


def fold_given(*events: RecordEvent) -> ChangeRequests:
    """The change requests after these events, which have positions from 10 and record times from 20."""
    entries = [
        Entry(position=10 + n, recorded_at=20 + n, event=event) for n, event in enumerate(events)
    ]
    return fold_change_requests(STREAM, entries)


def propose_change(actor: str = "Ann") -> ChangeProposed:
    return decide_propose(
        fold_given(), ID, record=RECORD, op="correct", body=BODY, expires_at=100, actor=actor
    )


def approve(
    actor: str = "Bo", seen: str = DIGEST, why: str | None = None
) -> Callable[[ChangeRequests, StatusContext], ChangeApproved]:
    return lambda change_requests, moment: decide_approve(
        change_requests,
        ID,
        seen=frozenset({seen}),
        digest=DIGEST,
        why=why,
        moment=moment,
        actor=actor,
    )


def refuse(
    actor: str = "Bo", why: str = "no source"
) -> Callable[[ChangeRequests, StatusContext], ChangeRefused]:
    return lambda change_requests, moment: decide_refuse(
        change_requests, ID, why=why, moment=moment, actor=actor
    )


def withdraw(
    actor: str = "Ann", why: str | None = None
) -> Callable[[ChangeRequests, StatusContext], ChangeWithdrawn]:
    return lambda change_requests, moment: decide_withdraw(
        change_requests, ID, why=why, moment=moment, actor=actor
    )


def revise(actor: str = "Ann") -> Callable[[ChangeRequests, StatusContext], ChangeRevised]:
    return lambda change_requests, moment: decide_revise(
        change_requests, ID, body=OTHER_BODY, expires_at=200, moment=moment, actor=actor
    )


COMMANDS: Final = {
    "approve": approve(),
    "refuse": refuse(),
    "withdraw": withdraw(),
    "revise": revise(),
}
OPEN: Final = fold_given(propose_change())
DECIDED: Final = {
    "approved": approve(),
    "refused": refuse(),
    "withdrawn": withdraw(),
}


def test_a_change_request_is_bound_to_the_version_that_its_fact_stands_at() -> None:
    event = propose_change()
    assert event == ChangeProposed(
        originator_id=STREAM,
        originator_version=1,
        actor="Ann",
        proposal=ID,
        fact_id=FACT,
        negotiation_id=NEGOTIATION,
        fact_version=1,
        op="correct",
        body=BODY,
        expires_at=100,
    )
    found = fold_given(event).change_request(ID)
    assert (found.position, found.content_position, found.proposed_at) == (10, 10, 20)
    assert (found.proposer, found.decision) == ("Ann", None)


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (AT, "open"),
        (EXPIRED, "expired"),
        (MOVED_ON, "void"),
        (BOTH, "void"),
        (StatusContext(now=0, fact_version=1), "open"),
    ],
)
def test_without_a_decision_the_clock_and_the_fact_say_what_it_is(
    moment: StatusContext, status: str
) -> None:
    assert OPEN.change_request(ID).status(moment) == status


@pytest.mark.parametrize("status", DECIDED)
@pytest.mark.parametrize("moment", [AT, EXPIRED, MOVED_ON, BOTH])
def test_a_decision_stands_whatever_comes(status: str, moment: StatusContext) -> None:
    event = DECIDED[status](OPEN, AT)
    found = fold_given(propose_change(), event).change_request(ID)
    assert found.status(moment) == status
    assert found.decision == Decision(
        status=status,  # type: ignore[arg-type]
        by=event.actor,
        at=21,
        position=11,
        why=getattr(event, "why", None),
    )


#: state → command → the error that it gets, or None if it makes an event.
TABLE: Final[dict[str, dict[str, type[RecordError] | None]]] = {
    "open": dict.fromkeys(COMMANDS, None),
    "approved": dict.fromkeys(COMMANDS, StateError),
    "refused": dict.fromkeys(COMMANDS, StateError),
    "withdrawn": dict.fromkeys(COMMANDS, StateError),
    "expired": dict.fromkeys(COMMANDS, StateError),
    "void": {**dict.fromkeys(COMMANDS, StateError), "approve": StaleError},
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("state", TABLE)
def test_every_command_in_every_state(state: str, command: str) -> None:
    moment = {"expired": EXPIRED, "void": MOVED_ON}.get(state, AT)
    change_requests = OPEN
    if state in DECIDED:
        change_requests = fold_given(propose_change(), DECIDED[state](OPEN, AT))
    expected = TABLE[state][command]
    if expected is None:
        event = COMMANDS[command](change_requests, moment)
        assert (event.originator_id, event.originator_version) == (STREAM, 2)
        assert (event.proposal, event.fact_id) == (ID, FACT)
        return
    with pytest.raises(expected, match=r"not 1|version 1|expired at|it was "):
        COMMANDS[command](change_requests, moment)


@pytest.mark.parametrize("name", ["Ann", "ANN", " ann ", "Ａｎｎ"])  # noqa: RUF001 -- full-width letters are the point
def test_ones_own_change_request_is_for_another_person(name: str) -> None:
    for command in (approve(name), refuse(name)):
        with pytest.raises(OwnChangeRequestError, match="Ann proposed this"):
            command(OPEN, AT)
    assert withdraw(name)(OPEN, AT).actor == name
    assert revise(name)(OPEN, AT).actor == name


def test_anothers_change_request_is_not_withdrawn_and_not_revised() -> None:
    for command in (withdraw("Bo"), revise("Bo")):
        with pytest.raises(OthersChangeRequestError, match="Ann proposed this"):
            command(OPEN, AT)


def test_ones_own_is_refused_in_every_state() -> None:
    decided = fold_given(propose_change(), refuse()(OPEN, AT))
    for change_requests, moment in ((decided, AT), (OPEN, EXPIRED), (OPEN, MOVED_ON)):
        with pytest.raises(OwnChangeRequestError):
            approve("Ann")(change_requests, moment)


def test_an_approval_is_of_what_was_seen() -> None:
    with pytest.raises(RevisedError, match=str(ID)):
        approve(seen="cd" * 32)(OPEN, AT)
    assert approve(why="as the list says")(OPEN, AT).digest == DIGEST


def test_what_was_seen_before_counts_before_the_fact_has_moved_on() -> None:
    with pytest.raises(RevisedError):
        approve(seen="cd" * 32)(OPEN, MOVED_ON)


def test_a_revision_puts_another_body_under_another_position_and_expiry() -> None:
    event = revise()(OPEN, AT)
    found = fold_given(propose_change(), event).change_request(ID)
    assert (found.body, found.content_position, found.expires_at) == (OTHER_BODY, 11, 200)
    assert (found.position, found.proposer, found.proposed_at) == (10, "Ann", 20)
    assert found.status(EXPIRED) == "open"


def test_why_is_words_or_nothing() -> None:
    for command in (approve(why=" "), refuse(why=""), withdraw(why="\x00")):
        with pytest.raises(ContentError) as refused:
            command(OPEN, AT)
        assert [fault.pointer for fault in refused.value.faults] == ["/why"]


def test_a_change_request_that_was_not_made_is_unknown() -> None:
    for command in COMMANDS.values():
        with pytest.raises(UnknownError, match=f"no change request {ID}"):
            command(fold_given(), AT)


def test_several_change_requests_of_a_fact_are_kept_apart() -> None:
    first = propose_change()
    second = replace(first, originator_version=2, proposal=uuid4(), actor="Bo")
    found = fold_given(first, second)
    event = refuse("Cy")(found, AT)
    assert event.originator_version == 3
    after = fold_given(first, second, event)
    assert after.version == 3
    assert after.change_request(ID).status(AT) == "refused"
    assert after.change_request(second.proposal).status(AT) == "open"


def test_what_cannot_be_read_any_more_is_passed_over() -> None:
    gone = RecordEvent(originator_id=STREAM, originator_version=1, actor="Ann")
    decision = replace(approve()(OPEN, AT), originator_version=2)
    revision = replace(revise()(OPEN, AT), originator_version=3)
    found = fold_given(gone, decision, revision)
    assert (found.version, found.by_id) == (3, {})


def test_a_decided_change_request_is_not_decided_again_by_what_the_log_holds() -> None:
    decided = approve()(OPEN, AT)
    later = replace(refuse()(OPEN, AT), originator_version=3)
    assert fold_given(propose_change(), decided, later).change_request(ID).status(AT) == "approved"


def test_the_stream_of_a_facts_change_requests_is_permanent() -> None:
    assert str(STREAM) == "25b7767f-4249-8b8e-bff8-0003532247f7"
