"""Decides whether a change needs a second person; if so, it records a change request instead of the change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar, cast
from uuid import uuid4

from eventsourcing.persistence import OperationalError
from starlette.responses import Response

from api.commands.changes import OF_NEGOTIATION, Along, Op, parse_change
from api.commands.confidential import read_withholding
from api.http.exchange import change_request_response, dry_run, fact_response
from api.http.exchange.body import KnownFact, Sent
from api.http.exchange.idempotency import Once
from api.http.exchange.operation import reference
from domain.confidential import Source
from domain.errors import UnknownError
from domain.fact import as_primitives
from domain.streams.change_request import Subject
from domain.streams.conflicts import ConflictError
from domain.streams.event import ChangeProposed, ReviewedOp
from domain.streams.fact import FactRecord
from domain.streams.negotiation import Negotiation, evolve
from domain.streams.reviewing import decide_propose
from domain.views.brief import describe_negotiation
from infrastructure.readers.reading import Reading
from infrastructure.readers.recorded_fact import RecordedFact

ATTEMPTS: Final = 100
"""How often a change is decided again where other writers of the same stream were faster."""
Answer = TypeVar("Answer")
PROPOSED: Final[dict[str, Any]] = {
    "description": "Proposed, because the negotiation's settings require a second person",
    "content": {"application/json": {"schema": reference("ChangeRequestResponse")}},
    "headers": {
        "ETag": {"schema": {"type": "string"}, "description": "What an approval has to name"},
        "Location": {"schema": {"type": "string"}, "description": "Where the change request is"},
    },
}
_DAY: Final = 86_400_000_000


def change_or_propose(sent: Sent, op: Op, known: KnownFact, once: Once) -> Response:
    """Change a fact, or propose the change if it needs a second person; an impossible change is refused at once.

    Confidential parts are stored with the change, or until it is approved, separately with the change request.
    """
    record = known.record
    document, kept_apart = read_withholding(sent.body)
    facts, refused = sent.request.app.state.facts, bool(kept_apart.faults)
    body = kept_apart.read_rest(parse_change, op, record, document, facts, refused=refused)
    event = op.decide(record, body, facts, sent.actor)
    sources = kept_apart.sources(event)
    settings = sent.parley.ledger.settings
    if op.reviewed is not None and op.reviewed(settings(record.negotiation_id)):
        if dry_run.is_dry(sent):
            return dry_run.respond_with_change_request(
                sent, _change_request(sent, op, record, body), event, record
            )
        return repeat_on_conflict(lambda: _propose(sent, op, record, body, sources, once))
    if dry_run.is_dry(sent):
        return dry_run.respond_with_record(sent, event, record)
    left = RecordedFact(event, record, sent.principal)
    op.carry_out(sent.parley, event, (), Along(sources, once.claim(), within=left))
    return fact_response.respond_with_fact(left, known.slug, 200)


def correct_or_propose(sent: Sent, negotiation: Negotiation, once: Once) -> Response:
    """Correct a negotiation, or propose the correction if it needs a second person.

    ConflictError where another writer of its stream was faster.
    """
    body = OF_NEGOTIATION.parser.parse(sent.body)
    correction = OF_NEGOTIATION.decide(negotiation, body, sent.request.app.state.facts, sent.actor)
    after = evolve(negotiation, correction)
    dry = dry_run.is_dry(sent)
    if negotiation.settings.review_record:
        event = _change_request(sent, OF_NEGOTIATION, negotiation.subject, body)
        if dry:
            return dry_run.respond_with_outcome(
                sent, event, negotiation, describe_negotiation(after)
            )
        claim, standing = once.claim(status=202), {negotiation.id: negotiation.version}
        [position] = sent.parley.ledger.append([event], claim=claim, standing=standing)
        return change_request_response.answer_as_of(sent, event.proposal, position, 202)
    answer = fact_response.respond_with_negotiation(after)
    if dry:
        sent.parley.check_clock()
    else:
        sent.parley.ledger.append([correction], claim=once.claim(answer))
    return answer


def expiry(sent: Sent, reading: Reading) -> int:
    """The instant until which a change that is proposed now may be approved."""
    return reading.now + sent.parley.settings.change_request_days * _DAY


def repeat_on_conflict(attempt: Callable[[], Answer]) -> Answer:
    """Repeat an attempt until no other writer of the same stream was faster, at most ATTEMPTS times."""
    for _ in range(ATTEMPTS):
        try:
            return attempt()
        except ConflictError as error:
            faster = error
    raise OperationalError("other writers kept changing the same fact: send it again") from faster


def _propose(
    sent: Sent,
    op: Op,
    record: FactRecord,
    body: object,
    sources: Sequence[Source],
    once: Once,
) -> Response:
    event = _change_request(sent, op, record, body)
    claim = once.claim(status=202)
    position = sent.parley.ledger.propose(event, record, sources=sources, claim=claim)
    try:
        return change_request_response.answer_as_of(sent, event.proposal, position, 202)
    except UnknownError:
        sent.fact(record.id)  # which was erased, and the change request with it
        raise


def _change_request(
    sent: Sent, op: Op, record: FactRecord | Subject, body: object
) -> ChangeProposed:
    with sent.reading() as reading:
        change_requests = reading.change_requests.of_fact(record.id)
        expires_at = expiry(sent, reading)
    return decide_propose(
        change_requests,
        uuid4(),
        record=record,
        op=cast("ReviewedOp", op.name),
        body=as_primitives(body),
        expires_at=expires_at,
        actor=sent.actor,
    )
