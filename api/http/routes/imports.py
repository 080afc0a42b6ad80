"""Imports a file of any size: streams it to disk, decides it as a whole, and records it in turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, cast, get_args

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.commands.examples import CSV_LINES, NDJSON_LINES
from api.commands.importing.importer import Importer, Media
from api.commands.importing.lines import read_bounded_lines
from api.commands.importing.matching import Update
from api.commands.importing.report import ImportReport
from api.commands.importing.text_files import open_text
from api.commands.json_text import write_json
from api.http.exchange.body import Sent, Spooling
from api.http.exchange.idempotency import Once, about_negotiation, answer_once
from api.http.exchange.operation import writes
from api.http.exchange.parameters import TEXT, Parameter, choice, truth, unknown_choice
from api.http.threads import LaneRoute
from domain.batch import BATCH, check_batch
from domain.errors import ContentError, UnknownError
from domain.streams.event import Reason
from domain.streams.negotiation import SLUG

router: Final = APIRouter(route_class=LaneRoute, tags=["import"])

_NDJSON: Final = ("application/x-ndjson", "application/ndjson")
_CSV: Final = "text/csv"
_FLAG: Final = {"type": "boolean", "default": False}
_SPOOLING: Final = Spooling(
    frozenset({*_NDJSON, _CSV}),
    Parameter("dry_run", "Report what would be done, and write nothing.", _FLAG),
    Parameter(
        "fates",
        "List in `fates` the outcome of each of the first thousand lines, as if the rejected lines were left out.",
        _FLAG,
    ),
    Parameter("partial", "Leave out the lines that are rejected and record the rest.", _FLAG),
    Parameter(
        "update",
        "Correct what stands to what a line says otherwise: the last on its fact, where it was corrected since or is"
        " recorded anew. Needs `reason` and `why`. Citations are added, never taken away.",
        _FLAG,
    ),
    Parameter(
        "reason",
        "The reason for the corrections of an update.",
        {"type": "string", "enum": [*get_args(Reason)]},
    ),
    Parameter("why", "The same reason in words.", TEXT),
    Parameter(
        "batch",
        "A label for what this import brings: kept with its events, and asked for by `batch` in changes and timelines.",
        {"type": "string", "pattern": f"^{BATCH.pattern}$"},
    ),
    Parameter(
        "format",
        "The format of the body. If it is left out, Content-Type gives the format.",
        {"type": "string", "enum": [*get_args(Media)]},
    ),
)
_FILE: Final = {"type": "string", "format": "binary"}
_LINES: Final = {**_FILE, "description": f"One object a line, such as {NDJSON_LINES}"}
_TABLE: Final = {**_FILE, "description": "A column for each field, and a row for each fact"}


@router.post(
    "/v1/negotiations/{slug}/import",
    **writes(
        "importLines",
        "Import NDJSON or CSV",
        "ImportResponse",
        {
            _CSV: {"schema": _TABLE, "example": CSV_LINES},
            **{media: {"schema": _LINES} for media in _NDJSON},
        },
        parameters=_SPOOLING.parameters,
    ),
)
def import_lines(slug: str, sent: Annotated[Sent, Depends(_SPOOLING)]) -> Response:
    """Record, correct, corroborate, end, retract, reinstate or prefer facts: one operation a line.

    You can repeat an import, because a line that is recorded already is `unchanged`. If a line is rejected, nothing is
    recorded, and the report says which lines are wrong and why; with `partial`, the other lines are recorded. A large
    import is recorded in turns, and others may write between them: if their changes make a line impossible, that line
    is rejected and the rest is recorded. If an import breaks off, send the same file again to complete it. Reading
    stops once more lines cannot be read than can, plus a hundred.

    CSV may be separated by commas, semicolons or tabs. JSON may also be one list, and an object may take several lines.
    The text is UTF-8 or UTF-16, or has the charset that Content-Type names; another charset is read if it can be
    recognised without doubt. A file that is no text, such as a spreadsheet, is refused (422) with advice on how to save
    it.
    """
    dry_run, partial = truth(sent.parameters, "dry_run"), truth(sent.parameters, "partial")
    fates = truth(sent.parameters, "fates")
    update, batch = _update(sent.parameters), sent.parameters.get("batch")
    choice(sent.parameters, "format", get_args(Media), "csv")
    if batch is not None:
        check_batch(batch, "/query/batch")

    def run(once: Once) -> Response:
        report = _run_import(
            slug, sent, dry_run=dry_run, partial=partial, update=update, batch=batch
        )
        content = write_json(report.as_dict(fates=fates))
        answer = Response(content, 200, {"Cache-Control": "no-store"}, "application/json")
        sent.request.app.state.idempotency.keep(once, answer)
        return answer

    return answer_once(sent, about_negotiation(slug), run, look_first=True)


def _update(parameters: Mapping[str, str]) -> Update | None:
    """What an update corrects with; ContentError where a part of it is missing, or stands alone."""
    asked = truth(parameters, "update")
    for name in ("reason", "why"):
        if asked and name not in parameters:
            raise ContentError.at(f"/query/{name}", "update=true needs reason and why: give both")
        if not asked and name in parameters:
            raise ContentError.at(
                f"/query/{name}",
                "this is used only with update=true: give that too, or leave this out",
            )
    if not asked:
        return None
    reason = parameters["reason"]
    if reason not in get_args(Reason):
        raise unknown_choice("/query/reason", reason, get_args(Reason))
    return Update(cast("Reason", reason), parameters["why"])


def _run_import(
    slug: str,
    sent: Sent,
    *,
    dry_run: bool,
    partial: bool,
    update: Update | None,
    batch: str | None,
) -> ImportReport:
    if not SLUG.fullmatch(slug):
        raise UnknownError("negotiation", slug)
    if sent.spool is None:
        raise AssertionError
    text = open_text(sent.spool, sent.charset)
    media = cast("Media", sent.parameters.get("format", "csv" if sent.media == _CSV else "ndjson"))
    return Importer(sent.parley, sent.request.app.state.facts).run(
        slug=slug,
        lines=read_bounded_lines(text.stream),
        media=media,
        dry_run=dry_run,
        partial=partial,
        principal=sent.principal,
        update=update,
        guessed=text.guessed,
        batch=batch,
    )
