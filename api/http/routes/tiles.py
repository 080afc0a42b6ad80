"""Serves the log's tree as static resources (C2SP tlog-tiles), so that anyone can compute any proof."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.composition import Parley
from api.http.authorization import principal_of
from api.http.exchange.caching import respond, respond_for_ever, respond_fresh
from api.http.exchange.operation import reads
from api.http.exchange.parameters import read_query
from api.http.problems import problem
from api.http.threads import LaneRoute
from domain.errors import UnknownError
from domain.proof.tiles import TilePath
from infrastructure.proofs.publishing import last_signed_note
from infrastructure.readers.proofs import read_bundle, read_tile_hashes

router: Final = APIRouter(route_class=LaneRoute, tags=["proof"])

_BYTES: Final = "application/octet-stream"
_LEVEL: Final = re.compile("[0-9]|[1-5][0-9]|6[0-3]")
_BINARY: Final[dict[str, Any]] = {_BYTES: {"schema": {"type": "string", "format": "binary"}}}
_NOTE: Final[dict[str, Any]] = {
    "text/plain": {
        "schema": {"type": "string"},
        "example": "parley.local/log\n139\n1Wc0eDvEFhzXqKuNTp4H2dnxPjLD7rrN7o2EzBLVrnw=\n\n"
        "— parley.local/log …\n",
    }
}
_KEY: Final[dict[str, Any]] = {
    "text/plain": {
        "schema": {"type": "string"},
        "example": "parley.local/log+3b1b5a0e+AcXZrFmJ6MVqMxM8Ccq4gUtkSMJvS4CN4vGPBBCGT3+Q\n",
    }
}
_INDEX: Final = Path(
    description="The tile's index in groups of three digits, all but the last after an `x`, and for a partial tile"
    " how many of its 256 hashes: `x001/x234/067`, `000.p/139`.",
    json_schema_extra={
        "pattern": r"^(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?$",
        "example": "000.p/5",
    },
)


@router.get(
    "/checkpoint",
    **reads(
        "readCheckpoint", "The last signed checkpoint of the log", None, scope=None, media=_NOTE
    ),
)
def read_checkpoint(request: Request) -> Response:
    """Give the checkpoint (C2SP tlog-checkpoint): the log's name, its size and its root, signed."""
    read_query(request.scope["query_string"], ())
    parley: Parley = request.app.state.parley
    with parley.database.reading() as connection:
        note = last_signed_note(connection)
        refused = None if parley.publisher is None else parley.publisher.find_refusal(connection)
    if refused is not None:
        return problem("unavailable", f"the log is not signed: {refused}")
    if note is None:
        raise UnknownError("checkpoint", "has been signed yet")
    return respond_fresh(request, note.encode(), "text/plain; charset=utf-8")


@router.get(
    "/verifier-key",
    **reads("readVerifierKey", "The key that signs the log", None, scope=None, media=_KEY),
)
def read_verifier_key(request: Request) -> Response:
    """Give the verifier key (C2SP signed-note) as one line. Compare it with a copy that you got in another way."""
    read_query(request.scope["query_string"], ())
    parley: Parley = request.app.state.parley
    publisher = parley.publisher
    if publisher is None:
        raise UnknownError("verifier key", "of this server, which does not sign")
    with parley.database.reading() as connection:
        other = publisher.other_key(connection)
    if other is not None:
        return problem("unavailable", f"the log is not signed here: {other}")
    return respond_fresh(
        request, f"{publisher.signer.key.text}\n".encode(), "text/plain; charset=utf-8"
    )


@router.get(
    "/tile/entries/{index:path}",
    **reads(
        "readEntries",
        "What the leaves of a tile are the hashes of",
        None,
        scope="audit:read",
        media=_BINARY,
    ),
)
def read_entries(request: Request, index: Annotated[str, _INDEX]) -> Response:
    """Give up to 256 entries, each after its length in two bytes: the JCS text of all but the payload."""
    read_query(request.scope["query_string"], ())
    path = TilePath.read(index)
    with request.app.state.parley.database.reading() as connection:
        bundle = None if path is None else read_bundle(connection, path, principal_of(request))
    bundle = _check_exists(bundle)
    return respond(request, bundle, canonical=None, media_type=_BYTES, tags=("entries",))


@router.get(
    "/tile/{level}/{index:path}",
    **reads("readTile", "A tile of the log's tree", None, scope=None, media=_BINARY),
)
def read_tile(
    request: Request,
    level: Annotated[
        str,
        Path(
            description="0 for leaves; a hash of any other level is over a whole tile below it.",
            json_schema_extra={"pattern": "^(?:[0-9]|[1-5][0-9]|6[0-3])$", "example": "0"},
        ),
    ],
    index: Annotated[str, _INDEX],
) -> Response:
    """Give up to 256 hashes side by side, 32 bytes each, that the last signed checkpoint covers."""
    read_query(request.scope["query_string"], ())
    path = TilePath.read(index)
    hashes = None
    if path is not None and _LEVEL.fullmatch(level):
        with request.app.state.parley.database.reading() as connection:
            hashes = read_tile_hashes(connection, int(level), path)
    return respond_for_ever(request, _check_exists(hashes), _BYTES)


def _check_exists(content: bytes | None) -> bytes:
    if content is None:
        raise UnknownError("tile", "at this address in the signed part of the log")
    return content
