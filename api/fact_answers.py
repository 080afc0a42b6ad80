"""A fact record says what stands in the log, and from which perspective it was read."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from starlette.responses import Response

from api.body import Sent
from api.caching import etag
from api.json_text import written
from domain.errors import UnknownError
from domain.history import FactVersion, Seen
from domain.perspective import Perspective, PerspectiveQuery
from domain.views.brief import fact_record, perspective_shown
from infrastructure.readers.reading import Reading

__all__ = ["fact_uuid", "position_of", "rendered", "shown"]

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def fact_uuid(text: str) -> UUID:
    """Read the id in a path; UnknownError where it can be no fact's."""
    if not _UUID.fullmatch(text):
        what = "fact"
        raise UnknownError(what, text[:100])
    return UUID(text)


def shown(version: FactVersion, perspective: Perspective, reading: Reading) -> dict[str, Any]:
    """Give the fact record with the perspective that it was read from."""
    seen = Seen(version=version, certainty=version.record.fact.window.at(perspective.as_of))
    slug = reading.slug_of(version.record.negotiation_id)
    return {**fact_record(seen, slug), "perspective": perspective_shown(perspective)}


def position_of(sent: Sent, fact_id: UUID, version: int) -> int:
    """Find where in the log a version of a fact stands."""
    with sent.reading() as reading:
        perspective = reading.perspective(PerspectiveQuery())
        return reading.history(fact_id, perspective)[version - 1].position


def rendered(sent: Sent, position: int, status: int) -> Response:
    """Answer a write with the record of the fact that it changed, as the log then stood."""
    with sent.reading() as reading:
        found = reading.entries(after=position - 1, last=position, limit=1)
        if not found:
            what = "fact"
            raise UnknownError(what, "to be seen any more")
        _, event = found[0]
        perspective = reading.perspective(PerspectiveQuery(position=position))
        version = reading.history(event.originator_id, perspective)[-1]
        body = written(shown(version, perspective, reading))
    headers = {"ETag": etag(body, version.record.version), "Cache-Control": "no-store"}
    if status == HTTPStatus.CREATED:
        headers["Location"] = f"/v1/facts/{version.record.id}"
    return Response(body, status, headers, "application/json")
