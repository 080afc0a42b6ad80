"""Answers with a fact record: a fact, its place in the log, and the perspective from which it was read."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from starlette.responses import Response

from api.commands.confidential import FIELD
from api.commands.json_text import write_json
from api.http.exchange.body import Sent
from api.http.exchange.caching import etag
from api.http.exchange.parameters import parse_uuid
from domain.confidential import Confidential
from domain.errors import UnknownError
from domain.fact import as_primitives
from domain.streams.event import FactCorrected, FactErased, FactRecorded, SourcesErased
from domain.streams.negotiation import FIRST_EDITION, Negotiation
from domain.time.instant import format_instant
from domain.time.perspective import Perspective, PerspectiveQuery
from domain.views.brief import describe_fact, describe_negotiation, describe_perspective
from domain.views.notices import Notice, find_notices
from domain.views.rivalry.similar import MOST
from domain.views.versions import FactVersion, Seen
from infrastructure.readers.reading import Reading
from infrastructure.readers.recorded_fact import RecordedFact

_SAYS_ALL: Final = (FactRecorded.stored_name, FactCorrected.stored_name)
"""The changes that carry the whole content of a fact."""
_NO_ID: Final = (
    "write an id as every fact record has it in `id`; the timeline of a negotiation lists its facts"
    " with their ids and external ids"
)


def fact_uuid(text: str) -> UUID:
    """Read the id in a path; UnknownError where no fact can have it."""
    id_ = parse_uuid(text)
    if id_ is None:
        raise UnknownError("fact", text, _NO_ID)
    return id_


def describe_record(version: FactVersion, perspective: Perspective, slug: str) -> dict[str, Any]:
    """Give the fact record of a negotiation's fact, with the perspective that it was read from."""
    seen = Seen(version=version, certainty=version.record.fact.window.at(perspective.as_of))
    return {**describe_fact(seen, slug), "perspective": describe_perspective(perspective)}


def disclose(citations: list[dict[str, Any]], confidential: Sequence[Confidential | None]) -> None:
    """Add the confidential parts to shown citations, where there are any."""
    for citation, part in zip(citations, confidential, strict=True):
        if part is not None:
            citation[FIELD] = as_primitives(part)


def respond_with_fact(recorded: RecordedFact, slug: str, status: int) -> Response:
    """Answer a write with the record of the fact just after it, or with the erasure."""
    version = recorded.version
    if isinstance(recorded.event, FactErased | SourcesErased):
        return _erasure(recorded.event, version, slug)
    told = describe_notices(version, recorded.similar, recorded.alias_notices)
    return _respond(describe_record(version, recorded.perspective, slug), version, told, status)


def repeat_response(sent: Sent, position: int, status: int) -> Response:
    """Answer a write again: with the record of the fact just after that write, or with the erasure."""
    with sent.reading() as reading:
        entries = reading.entries(after=position - 1, last=position, limit=1)
        if not entries:
            raise UnknownError("fact", "to be seen any more")
        event = entries[0][1]
        erases = isinstance(event, FactErased | SourcesErased)
        perspective = reading.perspective(PerspectiveQuery(position=position))
        version = reading.history(event.originator_id, perspective, erased=erases)[-1]
        slug = reading.slug_of(version.record.negotiation_id)
        if isinstance(event, FactErased | SourcesErased):
            return _erasure(event, version, slug)
        record = describe_record(version, perspective, slug)
        told = read_beside(reading, version, perspective)
    return _respond(record, version, told, status)


def _respond(
    record: dict[str, Any], version: FactVersion, told: dict[str, Any], status: int
) -> Response:
    body = write_json({**record, **told})
    tag = etag(write_json(record), version.record.version)
    headers = {"ETag": tag, "Cache-Control": "no-store"}
    if status == HTTPStatus.CREATED:
        headers["Location"] = f"/v1/facts/{version.record.id}"
    return Response(body, status, headers, "application/json")


def respond_with_negotiation(negotiation: Negotiation, status: int = 200) -> Response:
    """Answer a write with the negotiation as it stands after it."""
    content = write_json(describe_negotiation(negotiation))
    headers = {"ETag": etag(content, edition_tag(negotiation)), "Cache-Control": "no-store"}
    return Response(content, status, headers, "application/json")


def edition_tag(negotiation: Negotiation) -> int | None:
    """Give the number that begins the ETag of a negotiation: its edition, or None before the first correction."""
    return None if negotiation.edition == FIRST_EDITION else negotiation.edition


def read_beside(reading: Reading, version: FactVersion, perspective: Perspective) -> dict[str, Any]:
    """Read what `describe_notices` needs about a version that is, or would be, the last change."""
    similar = reading.similar(version, perspective)
    return describe_notices(version, similar, reading.alias_notices(version, perspective))


def describe_notices(
    version: FactVersion, similar: Sequence[FactVersion], alias_notices: Sequence[Notice]
) -> dict[str, Any]:
    """Give {notices, similar} for an editor: notices and the first similar facts, each only if there are any."""
    says_all = version.event in _SAYS_ALL
    noticed = [*find_notices(version.record.fact), *alias_notices] if says_all else []
    told: dict[str, Any] = {}
    if noticed:
        told["notices"] = [as_primitives(notice) for notice in noticed]
    if similar:
        told["similar"] = [str(version.record.id) for version in similar[:MOST]]
    if len(similar) > MOST:
        told["similar_more"] = len(similar)
    return told


def _erasure(event: FactErased | SourcesErased, version: FactVersion, slug: str) -> Response:
    recorded = format_instant(version.recorded_at)
    content = {**erasure(event, slug), "position": version.position, "recorded_at": recorded}
    headers = {"Cache-Control": "no-store"}
    return Response(write_json(content), HTTPStatus.OK, headers, "application/json")


def erasure(event: FactErased | SourcesErased, slug: str) -> dict[str, Any]:
    """Give the content of an erasure without its position, which is not known yet."""
    return {
        "fact": str(event.originator_id),
        "negotiation": slug,
        "what": "fact" if isinstance(event, FactErased) else "sources",
        "reason": event.why,
        "approvers": list(event.approvers),
        "actor": event.actor,
    }
