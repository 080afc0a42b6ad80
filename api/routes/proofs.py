"""An event of a fact is proven by its leaf, a path of hashes, and a checkpoint that the log has signed."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.caching import fresh
from api.documented import reads
from api.fact_answers import fact_uuid
from api.json_text import written
from api.perspectives import Asked, Asking
from api.problems import RefusedError, problem
from domain.proof.merkle import leaf_hash
from domain.proof.note import base64_of
from domain.views.brief import perspective_shown
from infrastructure.leaves import entry_of
from infrastructure.proofs.serving import EventProof

router: Final = APIRouter(tags=["proof"])

_ASKING: Final = Asking()


@router.get(
    "/v1/facts/{fact_id}/proof",
    **reads(
        "readProof",
        "That an event of a fact is in the log",
        "Proof",
        _ASKING.parameters,
        scope="audit:read",
    ),
)
def read_proof(fact_id: str, asked: Annotated[Asked, Depends(_ASKING)]) -> Response:
    """Prove the last event of a fact that was known at the perspective, its retraction or erasure too.

    404 until a signed checkpoint has it, which takes a second at most while the log is signed.
    """
    id_ = fact_uuid(fact_id)
    publisher = asked.parley.publisher
    if publisher is not None:
        publisher.keep_publishing()
        if publisher.refusal is not None:
            return problem("unavailable", f"the log is not signed: {publisher.refusal}")
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        version = reading.history(id_, perspective, erased=True)[-1]
        proof = reading.proof(version.position)
    if proof is None:
        name, at = "not-signed", "/path/fact_id"
        raise RefusedError(name, at, f"no signed checkpoint has position {version.position} yet")
    content = {"perspective": perspective_shown(perspective), "fact": str(id_), **_shown(proof)}
    return fresh(asked.request, written(content))


def _shown(proof: EventProof) -> dict[str, Any]:
    return {
        "leaf": proof.inputs,
        "salt": base64_of(proof.row["salt"]) or None,
        "payload": base64_of(proof.row["payload"]) or None,
        "leaf_hash": base64_of(leaf_hash(entry_of(proof.row))),
        "inclusion": [base64_of(each) for each in proof.inclusion],
        "checkpoint": proof.checkpoint,
    }
