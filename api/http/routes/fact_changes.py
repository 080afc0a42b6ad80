"""Changes a fact, only from the version that the client has seen: every change needs If-Match."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.commands.changes import OPS, Op
from api.commands.examples import (
    CORRECTION,
    CORROBORATION,
    END,
    ERASURE,
    PREFERENCE,
    REINSTATEMENT,
    RETRACTION,
)
from api.http.exchange.body import Sending, Sent
from api.http.exchange.change_or_propose import PROPOSED, change_or_propose
from api.http.exchange.dry_run import DRY_RUN
from api.http.exchange.entity_tags import if_match, precondition
from api.http.exchange.fact_response import fact_uuid
from api.http.exchange.idempotency import Once, about_fact, answer_once
from api.http.exchange.operation import FACT_TAG, body_of, writes
from api.http.threads import LaneRoute
from domain.errors import StaleError

router: Final = APIRouter(route_class=LaneRoute, tags=["facts"])

ATTEMPTS: Final = 5
"""Times that a change is decided again where any version will do and another writer was faster."""
_SENDING: Final = Sending(DRY_RUN)


def _describe(
    op: str,
    operation: str,
    summary: str,
    example: dict[str, Any],
    answers: tuple[str, str] = ("FactResponse", "DryRunResponse"),
) -> dict[str, Any]:
    change = OPS[op]
    sent = body_of(change.parser.name, {"us-belarus": example})
    dry = () if change.reviewed is None else ("DryChangeRequestResponse",)
    return writes(
        operation,
        summary,
        (*answers, *dry),
        sent,
        scope=change.scope,
        if_match=FACT_TAG,
        tagged=op != "erase",
        parameters=_SENDING.parameters,
        proposed=None if change.reviewed is None else PROPOSED,
    )


@router.post(
    "/v1/facts/{fact_id}/corrections",
    **_describe("correct", "correctFact", "Correct a fact", CORRECTION),
)
def correct_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Replace wrong content: send the right values as a JSON merge patch, and why they were wrong."""
    return _change(fact_id, sent, OPS["correct"])


@router.post(
    "/v1/facts/{fact_id}/corroborations",
    **_describe("corroborate", "corroborateFact", "Corroborate a fact", CORROBORATION),
)
def corroborate_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Add another source that says the same."""
    return _change(fact_id, sent, OPS["corroborate"])


@router.post(
    "/v1/facts/{fact_id}/end",
    **_describe("end", "endFact", "End a fact", END),
)
def end_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Say when a fact ceased to be true."""
    return _change(fact_id, sent, OPS["end"])


@router.post(
    "/v1/facts/{fact_id}/retraction",
    **_describe("retract", "retractFact", "Retract a fact", RETRACTION),
)
def retract_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Withdraw a claim: answers no longer show it, but answers from earlier perspectives do."""
    return _change(fact_id, sent, OPS["retract"])


@router.post(
    "/v1/facts/{fact_id}/reinstatement",
    **_describe("reinstate", "reinstateFact", "Reinstate a fact", REINSTATEMENT),
)
def reinstate_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Undo a retraction."""
    return _change(fact_id, sent, OPS["reinstate"])


@router.post(
    "/v1/facts/{fact_id}/preference",
    **_describe("prefer", "preferFact", "Prefer a fact", PREFERENCE),
)
def prefer_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Mark a fact as the one to show among its rivals, or take the mark away."""
    return _change(fact_id, sent, OPS["prefer"])


@router.post(
    "/v1/facts/{fact_id}/erasure",
    **_describe(
        "erase",
        "eraseFact",
        "Erase a fact, or its confidential sources",
        ERASURE,
        ("ErasureResponse", "DryErasureResponse"),
    ),
)
def erase_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Destroy the content of a fact for good, at every perspective.

    This deletes its payloads and their key, its rows in every table, its words in the full text, the change requests
    about it, and the responses stored about it. Digests and proofs stay. Backups made before the erasure are not
    changed.
    """
    return _change(fact_id, sent, OPS["erase"])


def _change(fact_id: str, sent: Sent, op: Op) -> Response:
    def run(once: Once) -> Response:
        for attempt in range(ATTEMPTS):
            try:
                return _attempt(fact_id, sent, op, once)
            except StaleError:
                if attempt == ATTEMPTS - 1 or sent.request.headers.get("if-match") != "*":
                    raise
        raise AssertionError

    return answer_once(sent, about_fact(fact_id), run)


def _attempt(fact_id: str, sent: Sent, op: Op, once: Once) -> Response:
    known = sent.fact(fact_uuid(fact_id))
    precondition(if_match(sent.request)).check(known.record)
    return change_or_propose(sent, op, known, once)
