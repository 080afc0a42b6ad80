"""Answers a dry run: what the real call would do, by the same rules, while nothing is written.

Values that only the log gives are null: the position, the record time, and the id of a fact without an external id.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from starlette.responses import Response

from api.commands.json_text import write_json
from api.http.exchange import change_request_response, fact_response
from api.http.exchange.body import Sent
from api.http.exchange.parameters import Parameter, truth
from domain.streams.change_request import ChangeRequests, StatusContext
from domain.streams.change_request import evolve as evolve_change_requests
from domain.streams.entry import Entry
from domain.streams.event import ChangeProposed, FactErased, FactEvent, SourcesErased
from domain.streams.fact import FactRecord, evolve
from domain.streams.negotiation import Negotiation
from domain.time.perspective import PerspectiveQuery
from domain.views.brief import describe_briefly
from domain.views.known.timeslices import version_of
from domain.views.rivalry.contesting import when_it_holds
from domain.views.versions import FactVersion
from infrastructure.readers.change_requests import SeenChangeRequest
from infrastructure.readers.reading import Reading

MOST_RIVALS: Final = 100
"""How many rivals are listed at most; `rivals_more` is the number of all."""
DRY_RUN: Final = Parameter(
    "dry_run",
    "Answer 200 with what would be recorded, what is like it and what it would be a rival of; write nothing. An"
    " `Idempotency-Key` is not used up.",
    {"type": "boolean", "default": False},
)
_UNKNOWN: Final = {"position": None, "recorded_at": None}


def is_dry(sent: Sent) -> bool:
    """Whether a request only asks what would be done."""
    return truth(sent.parameters, DRY_RUN.name)


def respond_with_record(sent: Sent, event: FactEvent, before: FactRecord | None) -> Response:
    """Answer with the record of a fact as an event would leave it, or with what would be erased."""
    sent.parley.check_clock()
    return answer(_record(sent, event, before))


def respond_with_change_request(
    sent: Sent, event: ChangeProposed, change: FactEvent, before: FactRecord
) -> Response:
    """Answer with the change request as it would be, and in `record` the fact as it would become by an approval."""
    return respond_with_outcome(sent, event, before, _record(sent, change, before))


def respond_with_outcome(
    sent: Sent, event: ChangeProposed, before: FactRecord | Negotiation, record: dict[str, Any]
) -> Response:
    """Answer with the change request as it would be, and the fact or negotiation as it would become by an approval."""
    sent.parley.check_clock()
    with sent.reading() as reading:
        entry = Entry(position=reading.head + 1, recorded_at=reading.now, event=event)
        change_requests = evolve_change_requests(ChangeRequests(stream=event.originator_id), entry)
        seen = SeenChangeRequest(
            change_request=change_requests.by_id[event.proposal],
            negotiation=reading.slug_of(event.negotiation_id),
            moment=StatusContext(now=reading.now, fact_version=event.fact_version),
            before=before,
            digest="",
        )
    unknown = {"id": None, "position": None, "proposed_at": None, "digest": None}
    shown = change_request_response.describe_change_request(seen, sent.request.app.state.facts)
    return answer({**shown, **unknown, "record": record})


def answer(content: dict[str, Any]) -> Response:
    """Answer 200, and let no cache keep the answer."""
    return Response(write_json(content), 200, {"Cache-Control": "no-store"}, "application/json")


def _record(sent: Sent, event: FactEvent, before: FactRecord | None) -> dict[str, Any]:
    with sent.reading() as reading:
        if before is not None and isinstance(event, FactErased | SourcesErased):
            told = fact_response.erasure(event, reading.slug_of(before.negotiation_id))
            return {**told, **_UNKNOWN, "versions": before.version}
        perspective = reading.perspective(PerspectiveQuery(as_of=reading.now))
        version = _version(reading, event, before)
        slug = reading.slug_of(version.record.negotiation_id)
        record = {**fact_response.describe_record(version, perspective, slug), **_UNKNOWN}
        if before is None and version.record.fact.external_id is None:
            record["id"] = None
        beside = fact_response.read_beside(reading, version, perspective)
        then = replace(perspective, as_of=when_it_holds(version, reading.now))
        sections = reading.sections(version.record.negotiation_id, then)
        rivals = sections.rivals(version)
        record |= {**beside, "rivals": [describe_briefly(rival) for rival in rivals[:MOST_RIVALS]]}
        return record if len(rivals) <= MOST_RIVALS else {**record, "rivals_more": len(rivals)}


def _version(reading: Reading, event: FactEvent, before: FactRecord | None) -> FactVersion:
    """Give the version of the fact that an event would make if it were the next in the log."""
    position = reading.head + 1
    entry = Entry(position=position, recorded_at=reading.now, event=event)
    first = position if before is None else reading.changes.first_position(before.id)
    return version_of(entry, event, evolve(before, event), first)
