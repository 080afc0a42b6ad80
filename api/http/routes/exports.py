"""Streams an export page by page; between two pages it holds no connection to the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends
from starlette.responses import StreamingResponse

from api.commands.export import Export, Line
from api.commands.export_table import write_pages
from api.commands.json_text import write_json
from api.http.callers import caller_of
from api.http.exchange.accept import prefers_csv
from api.http.exchange.operation import reads
from api.http.exchange.parameters import BOM, Parameter, truth
from api.http.exchange.perspective import Asked, Asking
from api.http.exchange.table import MARKED
from api.http.problems import RefusedError
from api.http.threads import LaneRoute, Threads

router: Final = APIRouter(route_class=LaneRoute, tags=["import"])

_NDJSON: Final = "application/x-ndjson"
_CSV: Final = "text/csv"
_HISTORY: Final = Parameter(
    "history",
    "Export every change in the order of the log, also false and corrected claims; needs the scope `audit:read`.",
    {"type": "boolean", "default": False},
)
_ASKING: Final = Asking(_HISTORY, MARKED)


@router.get(
    "/v1/negotiations/{slug}/export",
    **reads(
        "exportLines",
        "The facts as lines that can be imported",
        None,
        _ASKING.parameters,
        media={
            _NDJSON: {"schema": {"type": "string"}},
            _CSV: {"schema": {"type": "string"}},
        },
        cached=False,
        refuses=(404, 409, 422),
    ),
)
def export_lines(slug: str, asked: Annotated[Asked, Depends(_ASKING)]) -> StreamingResponse:
    """Give the facts that stand at the perspective, one a line, or with `history` every operation.

    An import of these lines makes the same record. The perspective is fixed when the export begins; the link
    `canonical` leads to the same export. A fact that is erased during the export is missing from its later pages.
    """
    history, bom = truth(asked.parameters, _HISTORY.name), truth(asked.parameters, BOM)
    if history:
        asked.principal.check("audit:read")
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        reading.negotiation(slug, perspective.position)
    export = Export(asked.parley, asked.principal, slug, asked.query, perspective, history)
    as_csv = prefers_csv(asked.request.headers.get("accept"))
    pieces = write_pages(export.pages, bom=bom) if as_csv else _write_lines(export)
    return StreamingResponse(
        _in_threads(asked, pieces),
        media_type=f"{_CSV}; charset=utf-8" if as_csv else _NDJSON,
        headers=_headers(asked, export, "csv" if as_csv else "ndjson"),
    )


def _write_lines(export: Export) -> Iterator[bytes]:
    return map(_join_lines, export.pages())


def _join_lines(page: list[Line]) -> bytes:
    """The lines of a page in JSON; clears the page to free its memory."""
    piece = b"".join(write_json(line) + b"\n" for line in page)
    page.clear()
    return piece


async def _in_threads(asked: Asked, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Make each piece in a separate turn of a reading thread, once the client has read the one before.

    So an export does not delay other requests, and only the piece that is being read is in memory.
    """
    threads: Threads = asked.request.app.state.threads
    caller = caller_of(asked.request.scope)
    while True:
        try:
            piece = await threads.run("reading", partial(next, pieces, None), caller)
        except RefusedError:  # there was no thread in time, but the answer has begun
            continue
        if piece is None:
            return
        yield piece
        yield b""  # is sent when the client has read nearly all of the piece


def _headers(asked: Asked, export: Export, ending: str) -> dict[str, str]:
    left_out = (BOM,) if asked.query.as_of is not None else (BOM, "as_of")
    parameters = asked.canonical(export.perspective, {}, left_out)
    address = f"{quote(asked.request.scope['path'])}?{urlencode(parameters)}"
    name = f"{export.slug}-{export.perspective.position}.{ending}"
    return {
        "Cache-Control": "no-cache",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Link": f'<{address}>; rel="canonical"',
        "Vary": "Accept",
    }
