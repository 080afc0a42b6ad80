"""An import, however large, is streamed to disk, then decided as one and recorded in turns."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.body import Sent, Spooling
from api.documented import writes
from api.examples import CSV_LINES, NDJSON_LINES
from api.idempotency import Once
from api.import_lines import bounded_lines
from api.importer import Importer
from api.json_text import written
from api.parameters import Parameter, truth
from api.threads import LaneRoute
from domain.errors import UnknownError
from domain.negotiation import SLUG

router: Final = APIRouter(route_class=LaneRoute, tags=["import"])

_NDJSON: Final = ("application/x-ndjson", "application/ndjson")
_CSV: Final = "text/csv"
_FLAG: Final = {"type": "boolean", "default": False}
_SPOOLING: Final = Spooling(
    frozenset({*_NDJSON, _CSV}),
    Parameter("dry_run", "Report what would be done, and write nothing.", _FLAG),
    Parameter("partial", "Leave out the lines that are rejected and record the rest.", _FLAG),
)
_LINES: Final = {"description": f"One object a line, such as {NDJSON_LINES}"}


@router.post(
    "/v1/negotiations/{slug}/import",
    **writes(
        "importLines",
        "Import NDJSON or CSV",
        "ImportReport",
        {
            _CSV: {"schema": {"contentMediaType": _CSV}, "example": CSV_LINES},
            **{media: {"schema": _LINES} for media in _NDJSON},
        },
        parameters=_SPOOLING.parameters,
    ),
)
def import_lines(slug: str, sent: Annotated[Sent, Depends(_SPOOLING)]) -> Response:
    """Record, correct, corroborate, end, retract, reinstate or prefer, an operation a line.

    What stands already is `unchanged`, so that an import can be repeated. All or nothing unless
    `partial`: with a line rejected nothing is recorded, and the report says which lines and why. What is
    decided is recorded in turns, and others may write between them: a line that the record does not admit any
    more, because of what they wrote, is rejected, and the rest is recorded. Where an import breaks off, the same
    file finishes it; what stood then is `unchanged`. Reading stops where more lines cannot be read than can, but
    for a hundred.
    """
    dry_run, partial = truth(sent.parameters, "dry_run"), truth(sent.parameters, "partial")

    def run(once: Once) -> Response:
        answer = _imported(slug, sent, dry_run=dry_run, partial=partial)
        sent.request.app.state.idempotency.keep(once, answer)
        return answer

    answer: Response = sent.request.app.state.idempotency.once(sent, run)
    return answer


def _imported(slug: str, sent: Sent, *, dry_run: bool, partial: bool) -> Response:
    if not SLUG.fullmatch(slug):
        what = "negotiation"
        raise UnknownError(what, slug[:100])
    if sent.spool is None:
        raise AssertionError
    report = Importer(sent.parley, sent.request.app.state.facts).run(
        slug=slug,
        lines=bounded_lines(sent.spool),
        media="csv" if sent.media == _CSV else "ndjson",
        dry_run=dry_run,
        partial=partial,
        principal=sent.principal,
    )
    return Response(
        written(report.as_dict()), 200, {"Cache-Control": "no-store"}, "application/json"
    )
