"""Shows and sets who sees a negotiation, and which changes need a second person; the log has every such change."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.commands.bodies import SettingsBody
from api.commands.commands import BodyParser
from api.commands.examples import SETTINGS
from api.commands.json_text import write_json
from api.composition import Parley
from api.http.exchange.body import Sending, Sent
from api.http.exchange.change_or_propose import repeat_on_conflict
from api.http.exchange.entity_tags import read_digests
from api.http.exchange.idempotency import Once, about_nothing, answer_once
from api.http.exchange.operation import SETTINGS_SEEN, body_of, reads, writes
from api.http.exchange.parameters import read_query
from api.http.threads import LaneRoute
from domain.errors import SettingsMovedOnError, UnknownError
from domain.streams.negotiation import SLUG, Negotiation

router: Final = APIRouter(route_class=LaneRoute, tags=["negotiations"])

_SENDING: Final = Sending()
_BODY: Final = BodyParser(SettingsBody)
_NOT_KEPT: Final = {"Cache-Control": "no-store"}


@router.get(
    "/v1/negotiations/{slug}/settings",
    **reads(
        "readSettings",
        "Who sees a negotiation",
        "SettingsResponse",
        scope="admin",
        cached=False,
        tagged=True,
        refuses=(404, 422),
    ),
)
def read_settings(slug: str, request: Request) -> Response:
    """Give the present settings."""
    read_query(request.scope["query_string"], ())
    return _answer(_negotiation(request.app.state.parley, slug))


@router.post(
    "/v1/negotiations/{slug}/settings",
    **writes(
        "changeSettings",
        "Change who sees a negotiation",
        "SettingsResponse",
        body_of("SettingsBody", {"us-belarus": SETTINGS}),
        scope="admin",
        if_match=SETTINGS_SEEN,
        tagged=True,
    ),
)
def change_settings(slug: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Change the settings that are sent, and no others. Only its members can see a private negotiation.

    `members` are all there are from now on: anyone who adds to them names in If-Match those that were seen.
    """

    def run(once: Once) -> Response:
        changes = {k: v for k, v in vars(_BODY.parse(sent.body)).items() if v is not None}
        return repeat_on_conflict(lambda: _change(sent, slug, changes, once))

    return answer_once(sent, about_nothing(), run)


def _change(sent: Sent, slug: str, changes: dict[str, Any], once: Once) -> Response:
    negotiation = _negotiation(sent.parley, slug)
    _check_seen(sent, negotiation)
    event = negotiation.decide_settings(replace(negotiation.settings, **changes), sent.actor)
    kept = replace(
        negotiation, settings=replace(negotiation.settings, **{**changes, "members": event.members})
    )
    answer = _answer(kept)
    sent.parley.ledger.append([event], claim=once.claim(answer))
    return answer


def _check_seen(sent: Sent, negotiation: Negotiation) -> None:
    seen = read_digests(sent.request.headers.getlist("if-match"), "settings")
    if seen is not None and _digest(_content(negotiation)) not in seen:
        raise SettingsMovedOnError(negotiation.slug)


def _negotiation(parley: Parley, slug: str) -> Negotiation:
    """An admin who keeps the settings need be no member: what is in a negotiation is not shown here."""
    if not SLUG.fullmatch(slug):
        raise UnknownError("negotiation", slug)
    return parley.ledger.negotiation(slug)


def _answer(negotiation: Negotiation) -> Response:
    content = _content(negotiation)
    headers = {**_NOT_KEPT, "ETag": f'"{_digest(content)}"'}
    return Response(content, 200, headers, "application/json")


def _content(negotiation: Negotiation) -> bytes:
    settings = negotiation.settings
    return write_json(
        {
            "negotiation": negotiation.slug,
            "visibility": settings.visibility,
            "members": list(settings.members),
            "review_record": settings.review_record,
            "review_erasure": settings.review_erasure,
        }
    )


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
