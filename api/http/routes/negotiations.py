"""Opens and corrects negotiations, lists them, and gives the state of one at a perspective."""

from __future__ import annotations

from typing import Annotated, Any, Final, cast
from urllib.parse import quote

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.commands.bodies import NegotiationBody
from api.commands.commands import BodyParser
from api.commands.examples import NEGOTIATION, NEGOTIATION_CORRECTION
from api.commands.json_text import write_json
from api.http.exchange.body import Sending, Sent
from api.http.exchange.change_or_propose import PROPOSED, correct_or_propose, repeat_on_conflict
from api.http.exchange.cursor import CURSOR, LIMIT, WHOLE_LIMIT, Cursor
from api.http.exchange.dry_run import DRY_RUN
from api.http.exchange.entity_tags import if_match, precondition
from api.http.exchange.erased_facts import with_erasures
from api.http.exchange.fact_response import edition_tag
from api.http.exchange.idempotency import Once, about_negotiation, about_opened, answer_once
from api.http.exchange.kept_answers import AnswerSource, Blanks
from api.http.exchange.operation import NEGOTIATION_TAG, OF_WHAT_HOLDS, body_of, reads, writes
from api.http.exchange.parameters import Parameter, truth, whole_number
from api.http.exchange.perspective import Asked, Asking
from api.http.threads import LaneRoute
from domain.streams.event import NegotiationOpened
from domain.streams.negotiation import FIRST_EDITION, Negotiation
from domain.time.perspective import Perspective
from domain.time.record_time import find_record_time
from domain.views.audit import describe_correction
from domain.views.brief import (
    describe_fact,
    describe_negotiation,
    describe_perspective,
    describe_record_time,
)
from infrastructure.readers.reading import Reading

router: Final = APIRouter(route_class=LaneRoute, tags=["negotiations"])

_LATEST: Final = Parameter(
    "latest",
    "Show with each the fact that was recorded or changed last, among those that are known and not retracted.",
    {"type": "boolean", "default": False},
)
_LISTING: Final = Asking(_LATEST, LIMIT, CURSOR)
_STATE: Final = Asking()
_HISTORY: Final = Asking(WHOLE_LIMIT, CURSOR)
_SENDING: Final = Sending()
_CORRECTING: Final = Sending(DRY_RUN)
_BODY: Final = BodyParser(NegotiationBody)


@router.post(
    "/v1/negotiations",
    **writes(
        "openNegotiation",
        "Open a negotiation",
        "NegotiationResponse",
        body_of("NegotiationBody", {"us-belarus": NEGOTIATION}),
        status=201,
    ),
)
def open_negotiation(sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Open a negotiation under a slug, which never changes."""

    def run(once: Once) -> Response:
        body = _BODY.parse(sent.body)
        content = {
            "slug": body.slug,
            "title": body.title,
            "parties": body.parties,
            "summary": body.summary,
        }
        headers = {"Location": f"/v1/negotiations/{quote(body.slug)}", "Cache-Control": "no-store"}
        answer = Response(write_json(content), 201, headers, "application/json")
        sent.parley.ledger.open_negotiation(
            **vars(body), actor=sent.actor, claim=once.claim(answer)
        )
        return answer

    return answer_once(sent, about_opened(), run)


@router.post(
    "/v1/negotiations/{slug}/corrections",
    **writes(
        "correctNegotiation",
        "Correct what is said of a negotiation",
        ("NegotiationResponse", "DryChangeRequestResponse"),
        body_of("NegotiationCorrectionBody", {"us-belarus": NEGOTIATION_CORRECTION}),
        scope="fact:correct",
        if_match=NEGOTIATION_TAG,
        tagged=True,
        parameters=_CORRECTING.parameters,
        proposed=PROPOSED,
    ),
)
def correct_negotiation(slug: str, sent: Annotated[Sent, Depends(_CORRECTING)]) -> Response:
    """Say that its title, parties or summary was wrong, why, and what is right. The slug stays."""

    def run(once: Once) -> Response:
        return repeat_on_conflict(lambda: _correct(slug, sent, once))

    return answer_once(sent, about_negotiation(slug), run)


def _correct(slug: str, sent: Sent, once: Once) -> Response:
    negotiation = sent.negotiation(slug)
    precondition(if_match(sent.request), "negotiation", FIRST_EDITION).check_edition(negotiation)
    return correct_or_propose(sent, negotiation, once)


@router.get(
    "/v1/negotiations",
    **reads(
        "listNegotiations",
        "The negotiations, by slug",
        "NegotiationsResponse",
        _LISTING.parameters,
        unoffered=OF_WHAT_HOLDS,
    ),
)
def list_negotiations(asked: Annotated[Asked, Depends(_LISTING)]) -> Response:
    """List the negotiations that had been opened by the perspective's position."""
    cursor = Cursor.read(asked.parameters, (str,))
    asked = asked.pin(cursor)
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 100
    latest = truth(asked.parameters, "latest")
    filters = {"latest": "true"} if latest else {}
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        after = None if cursor is None else str(cursor.place[0])
        shown, more_follow = reading.negotiations(perspective=perspective, after=after, limit=limit)
        rest = asked.next(perspective, (shown[-1].slug,), filters) if more_follow else None
        items = [
            {
                **describe_negotiation(negotiation),
                **({"latest": _latest(reading, negotiation, perspective)} if latest else {}),
            }
            for negotiation in shown
        ]
        content = {
            "perspective": describe_perspective(perspective),
            "items": items,
            "next": rest,
        }
        return asked.answer(content, perspective, reading, tag="negotiations")


def _latest(
    reading: Reading, negotiation: Negotiation, perspective: Perspective
) -> dict[str, Any] | None:
    seen = reading.sections(negotiation.id, perspective).latest
    return None if seen is None else describe_fact(seen, negotiation.slug)


@router.get(
    "/v1/negotiations/{slug}",
    **reads("readState", "The state: what was so", "StateResponse", _STATE.parameters),
)
def read_state(slug: str, asked: Annotated[Asked, Depends(_STATE)]) -> Response:
    """Give the state at the perspective: who holds which post, who is in custody, which measures are in force."""
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        opened = reading.negotiation(slug, perspective.position)
        negotiation = reading.resolve_negotiation(opened, perspective)

        def make(blanks: Blanks) -> dict[str, Any]:
            content = reading.state(negotiation, perspective, blanks.rest)
            blank = {name: blanks.blank(name) for name in ("negotiation", "perspective")}
            told = {**content, **blank}
            return with_erasures(told, reading, negotiation.id, perspective, rest=blanks.rest)

        fills = {
            "negotiation": lambda: describe_negotiation(negotiation),
            "perspective": lambda: describe_perspective(perspective),
            "rest": asked.rest(slug, perspective),
        }
        source = AnswerSource(reading, negotiation.id, slug, perspective, "state")
        content = asked.request.app.state.kept_answers.answer(source, make, fills)
        return asked.answer(content, perspective, reading, version=edition_tag(negotiation))


@router.get(
    "/v1/negotiations/{slug}/history",
    **reads(
        "readNegotiationHistory",
        "What was said of a negotiation",
        "HistoryResponse",
        _HISTORY.parameters,
        unoffered=OF_WHAT_HOLDS,
        scope="audit:read",
    ),
)
def read_history(slug: str, asked: Annotated[Asked, Depends(_HISTORY)]) -> Response:
    """List its opening and the corrections of its title, parties and summary known at the perspective, oldest first."""
    cursor = Cursor.read(asked.parameters, (int,))
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 1000
    asked = asked.pin(cursor)
    after = 0 if cursor is None else cast("int", cursor.place[0])
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        opened = reading.negotiation(slug, perspective.position)
        told = reading.changes.of_negotiation(opened, perspective)
        items = [
            _describe_opening(reading, opened, perspective),
            *(describe_correction(*e) for e in told),
        ]
        left = [item for item in items if item["version"] > after]
        more_follow = len(left) > limit
        content = {
            "perspective": describe_perspective(perspective),
            "items": left[:limit],
            "next": asked.next(perspective, (left[limit - 1]["version"],)) if more_follow else None,
        }
        return asked.answer(content, perspective, reading)


def _describe_opening(
    reading: Reading, opened: Negotiation, perspective: Perspective
) -> dict[str, Any]:
    row = reading.changes.read_opening(opened)
    by = find_record_time(row.position, row.recorded_at, perspective.corrections)
    return {
        "version": opened.version,
        "position": row.position,
        **describe_record_time(row.recorded_at, None if by == row.recorded_at else by),
        "actor": row.actor,
        "event": NegotiationOpened.stored_name,
        "reason": None,
        "why": None,
        "changes": [],
    }
