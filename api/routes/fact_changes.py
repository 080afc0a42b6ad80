"""A fact changes only from the version that the client has seen: every change needs If-Match."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.body import Sending, Sent
from api.confidential import withheld
from api.documented import body_of, writes
from api.entity_tags import if_match, precondition
from api.examples import (
    CORRECTION,
    CORROBORATION,
    END,
    PREFERENCE,
    REINSTATEMENT,
    RETRACTION,
)
from api.fact_answers import fact_uuid, position_of, rendered
from api.idempotency import Once
from api.import_command import decided
from api.json_text import read_json
from api.schemas import (
    BodyParser,
    CorrectionBody,
    CorroborationBody,
    EndBody,
    PreferenceBody,
    ReinstatementBody,
    RetractionBody,
)
from domain.access import Scope
from domain.errors import StaleError

router: Final = APIRouter(tags=["facts"])

ATTEMPTS: Final = 5
"""Times that a change is decided again where any version will do and another writer was faster."""
_SENDING: Final = Sending()
_PARSERS: Final[dict[str, BodyParser[Any]]] = {
    "corrections": BodyParser(CorrectionBody),
    "corroborations": BodyParser(CorroborationBody),
    "end": BodyParser(EndBody),
    "retraction": BodyParser(RetractionBody),
    "reinstatement": BodyParser(ReinstatementBody),
    "preference": BodyParser(PreferenceBody),
}


def _described(
    operation: str,
    summary: str,
    body: str,
    example: dict[str, Any],
    scope: Scope = "fact:correct",
) -> dict[str, Any]:
    sent = body_of(body, {"us-belarus": example})
    return writes(
        operation, summary, "FactRecord", sent, scope=scope, changes_fact=True, tagged=True
    )


@router.post(
    "/v1/facts/{fact_id}/corrections",
    **_described("correctFact", "Correct a fact", "CorrectionBody", CORRECTION),
)
def correct_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Say that what was recorded was wrong, why, and what is right, as a JSON merge patch."""
    return _changed(fact_id, sent, "corrections")


@router.post(
    "/v1/facts/{fact_id}/corroborations",
    **_described(
        "corroborateFact", "Corroborate a fact", "CorroborationBody", CORROBORATION, "fact:write"
    ),
)
def corroborate_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Add another source that says the same."""
    return _changed(fact_id, sent, "corroborations")


@router.post(
    "/v1/facts/{fact_id}/end",
    **_described("endFact", "End a fact", "EndBody", END),
)
def end_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Say that what was right has ceased, and when."""
    return _changed(fact_id, sent, "end")


@router.post(
    "/v1/facts/{fact_id}/retraction",
    **_described("retractFact", "Retract a fact", "RetractionBody", RETRACTION),
)
def retract_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Withdraw the claim from present knowledge; earlier perspectives keep it."""
    return _changed(fact_id, sent, "retraction")


@router.post(
    "/v1/facts/{fact_id}/reinstatement",
    **_described("reinstateFact", "Reinstate a fact", "ReinstatementBody", REINSTATEMENT),
)
def reinstate_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Undo a retraction."""
    return _changed(fact_id, sent, "reinstatement")


@router.post(
    "/v1/facts/{fact_id}/preference",
    **_described("preferFact", "Prefer a fact", "PreferenceBody", PREFERENCE),
)
def prefer_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Mark a fact as the one to show among its rivals, or take the mark away."""
    return _changed(fact_id, sent, "preference")


def _changed(fact_id: str, sent: Sent, change: str) -> Response:
    def run(once: Once) -> Response:
        for attempt in range(ATTEMPTS):
            try:
                return _attempted(fact_id, sent, change, once)
            except StaleError:
                if attempt == ATTEMPTS - 1 or sent.request.headers.get("if-match") != "*":
                    raise
        raise AssertionError

    answer: Response = sent.request.app.state.idempotency.once(sent, run)
    return answer


def _attempted(fact_id: str, sent: Sent, change: str, once: Once) -> Response:
    record = sent.fact(fact_uuid(fact_id))
    precondition(if_match(sent.request)).check(record)
    document, kept_apart = withheld(read_json(sent.body))
    body = _PARSERS[change].parse(document)
    event = decided(record, body, sent.request.app.state.facts, sent.actor)
    sent.parley.ledger.change(event, sources=kept_apart.sources(event), claim=once.claim())
    position = position_of(sent, event.originator_id, event.originator_version)
    return rendered(sent, position, 200)
