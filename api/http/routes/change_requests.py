"""Shows change requests to people who may correct; no cache keeps them."""

from __future__ import annotations

from typing import Final, get_args
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands.json_text import write_json
from api.http.authorization import principal_of
from api.http.exchange import change_request_response
from api.http.exchange.cursor import LIMIT
from api.http.exchange.fact_response import fact_uuid
from api.http.exchange.operation import reads
from api.http.exchange.parameters import Parameter, read_query, unknown_choice, whole_number
from api.http.threads import LaneRoute
from domain.errors import ContentError, UnknownError
from domain.streams.change_request import ChangeRequestStatus
from domain.streams.negotiation import SLUG

router: Final = APIRouter(route_class=LaneRoute, tags=["change-requests"])

_STATUSES: Final[tuple[ChangeRequestStatus, ...]] = get_args(ChangeRequestStatus)
_LISTING: Final = (
    Parameter(
        "status",
        "Only change requests with this status.",
        {"type": "string", "enum": list(_STATUSES)},
    ),
    Parameter(
        "fact",
        "Only change requests about the fact with this id.",
        {"type": "string", "format": "uuid"},
    ),
    LIMIT,
    Parameter(
        "cursor",
        "`next` of the page before.",
        {"type": "integer", "minimum": 0, "maximum": 10**18 - 1, "default": 0},
    ),
)
_NOT_KEPT: Final = {"Cache-Control": "no-store"}


@router.get(
    "/v1/negotiations/{slug}/change-requests",
    **reads(
        "listChangeRequests",
        "Changes that wait for a second person, or did",
        "ChangeRequestsResponse",
        _LISTING,
        scope="fact:correct",
        cached=False,
        refuses=(404, 422),
    ),
)
def list_change_requests(slug: str, request: Request) -> Response:
    """List the change requests of a negotiation, newest last."""
    parameters = read_query(request.scope["query_string"], _LISTING)
    status = _status(parameters.get("status"))
    limit = whole_number(parameters, "limit", 1, 1000) or 100
    after = whole_number(parameters, "cursor", 0, 10**18 - 1) or 0
    fact_id = _fact(parameters.get("fact"))
    if not SLUG.fullmatch(slug):
        raise UnknownError("negotiation", slug)
    with request.app.state.parley.reading(principal_of(request)) as reading:
        page, following = reading.change_requests.page(
            reading.negotiation(slug).id,
            status=status,
            fact_id=fact_id,
            after=after,
            limit=limit,
        )
    content = {
        "items": [
            change_request_response.describe_change_request(change_request, request.app.state.facts)
            for change_request in page
        ],
        "next": following,
    }
    return Response(write_json(content), 200, _NOT_KEPT, "application/json")


@router.get(
    "/v1/change-requests/{change_request_id}",
    **reads(
        "readChangeRequest",
        "A change that waits for a second person, or did",
        "ChangeRequestResponse",
        scope="fact:correct",
        cached=False,
        refuses=(404, 422),
    ),
)
def read_change_request(change_request_id: str, request: Request) -> Response:
    """Give the proposed change, and its status. An approval has to name the ETag."""
    read_query(request.scope["query_string"], ())
    id_ = change_request_response.change_request_uuid(change_request_id)
    with request.app.state.parley.reading(principal_of(request)) as reading:
        seen = reading.change_requests.get(id_)
    return change_request_response.answer(seen, request.app.state.facts)


def _status(text: str | None) -> ChangeRequestStatus | None:
    for status in _STATUSES:
        if text == status:
            return status
    if text is not None:
        raise unknown_choice("/query/status", text, _STATUSES)
    return None


def _fact(text: str | None) -> UUID | None:
    try:
        return None if text is None else fact_uuid(text)
    except UnknownError as error:
        raise ContentError.at("/query/fact", "write the id of a fact, 36 characters") from error
