"""Proves an event of a fact by its leaf, a path of hashes, and a checkpoint that the log has signed."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from anyio import sleep
from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.commands.json_text import write_json
from api.http.exchange.caching import respond_fresh
from api.http.exchange.fact_response import fact_uuid
from api.http.exchange.operation import OF_WHAT_HOLDS, reads
from api.http.exchange.perspective import Asked, Asking
from api.http.problems import RefusedError, problem
from api.http.threads import LaneRoute, run_in_lane
from domain.proof.merkle import leaf_hash
from domain.proof.note import base64_of
from domain.views.brief import describe_perspective
from infrastructure.log.leaves import entry_of
from infrastructure.readers.proofs import EventProof

router: Final = APIRouter(route_class=LaneRoute, tags=["proof"])

_ASKING: Final = Asking()
_NOT_SIGNED: Final = "not-signed"
_LOOKS: Final = 8
_PAUSE_SECONDS: Final = 0.25


@router.get(
    "/v1/facts/{fact_id}/proof",
    **reads(
        "readProof",
        "That an event of a fact is in the log",
        "ProofResponse",
        _ASKING.parameters,
        unoffered=OF_WHAT_HOLDS,
        scope="audit:read",
        refuses=(410,),
    ),
)
async def read_proof(fact_id: str, asked: Annotated[Asked, Depends(_ASKING)]) -> Response:
    """Prove the last event of a fact that was known at the perspective, its retraction or erasure too.

    404 if no signed checkpoint covers it within two seconds; while the log is signed, it takes one second at most.
    """
    id_ = fact_uuid(fact_id)
    publisher = asked.parley.publisher
    for _ in range(_LOOKS if publisher is not None else 0):
        try:
            return await run_in_lane(_proof, id_, asked)
        except RefusedError as error:
            if error.name != _NOT_SIGNED:
                raise
        await sleep(_PAUSE_SECONDS)
    return await run_in_lane(_proof, id_, asked)


def _proof(id_: UUID, asked: Asked) -> Response:
    refused = _find_refusal(asked)
    if refused is not None:
        return problem("unavailable", f"the log is not signed: {refused}")
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        version = reading.history(id_, perspective, erased=True)[-1]
        proof = reading.proof(version.position)
        tags = (reading.slug_of(version.record.negotiation_id), str(id_))
    if proof is None:
        raise RefusedError(
            _NOT_SIGNED,
            "/path/fact_id",
            f"no signed checkpoint covers position {version.position} yet: ask again in a few seconds",
        )
    content = {
        "perspective": describe_perspective(perspective),
        "fact": str(id_),
        **_describe(proof),
    }
    return respond_fresh(asked.request, write_json(content), tags=tags)


def _find_refusal(asked: Asked) -> str | None:
    """Why the log is not signed here; None where it is, or where nothing is signed here at all."""
    if asked.parley.publisher is None:
        return None
    with asked.parley.database.reading() as connection:
        return asked.parley.publisher.find_refusal(connection)


def _describe(proof: EventProof) -> dict[str, Any]:
    return {
        "leaf": proof.inputs,
        "salt": base64_of(proof.row["salt"]) or None,
        "payload": base64_of(proof.row["payload"]) or None,
        "leaf_hash": base64_of(leaf_hash(entry_of(proof.row))),
        "inclusion": [base64_of(digest) for digest in proof.inclusion],
        "checkpoint": proof.checkpoint,
    }
