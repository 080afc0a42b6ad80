"""The command that takes facts in says of every line what became of it."""

from __future__ import annotations

import gzip
import shutil
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Annotated, Any, BinaryIO, Final, cast

import typer

from api.cli.interrupts import INTERRUPTED, end_with
from api.cli.options import AsJson, Slug
from api.cli.progress import progress_bar
from api.cli.session import RefusedError, consoles, opened, reason, say
from api.cli.tables import show_rows
from api.cli.text import print_line
from api.commands.commands import FactParser
from api.commands.importing.importer import Importer
from api.commands.importing.lines import bounded_lines
from api.commands.importing.matching import Update
from api.commands.importing.reading import Progress
from api.commands.importing.report import BrokenOffError, ImportReport
from api.commands.importing.text_files import CHARSETS, Text, open_text
from api.commands.importing.turns import Recorded
from api.composition import Parley
from domain.batch import check_batch
from domain.errors import ContentError, UnknownError
from domain.streams.event import Reason, RecordEvent
from domain.streams.negotiation import Settings, decide_open, evolve

__all__ = ["register"]

REJECTIONS_SHOWN: Final = 20


def import_(  # noqa: PLR0913 -- one argument an option
    slug: Slug,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="NDJSON or CSV, gzipped where the name ends in .gz; - is standard input.",
        ),
    ],
    *,
    title: Annotated[
        str | None,
        typer.Option(
            help="Where the negotiation is missing it is opened, under this title or else its slug."
        ),
    ] = None,
    party: Annotated[
        list[str] | None,
        typer.Option(help="A party to the negotiation that is opened; repeatable."),
    ] = None,
    summary: Annotated[
        str | None, typer.Option(help="A summary of the negotiation that is opened.")
    ] = None,
    private: Annotated[
        bool,
        typer.Option(
            "--private",
            help="With --title: open it for its members alone; the first is PARLEY_ACTOR.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report what would be done, and write nothing.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Leave out rejected lines and import the others.")
    ] = False,
    update: Annotated[
        bool,
        typer.Option(
            "--update", help="Correct what stands to what the last line on a fact says otherwise."
        ),
    ] = False,
    reason_: Annotated[
        Reason | None, typer.Option("--reason", help="Of the corrections of an update.")
    ] = None,
    why: Annotated[str | None, typer.Option(metavar="WORDS", help="Of the same, in words.")] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            parser=_batch, metavar="NAME", help="A label, kept with all that this import brings."
        ),
    ] = None,
    csv: Annotated[
        bool, typer.Option("--csv", help="Read CSV, as where the file's name ends in .csv or .tsv.")
    ] = False,
    encoding: Annotated[
        str | None,
        typer.Option(
            parser=_encoding,
            metavar="NAME",
            help="Of a text that is neither UTF-8 nor UTF-16: windows-1251, windows-1252, koi8-u, …",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Take in facts and changes, a line each: all of them or none, and none twice.

    Once all is decided it is recorded in turns, so that others can write in between. If it is
    stopped there, the same file finishes it.

    NDJSON is one JSON object a line: `op` (record where left out, or correct, corroborate, end,
    retract, reinstate, prefer), `external_id` to name the fact, and what the API takes for that.

    CSV is a column a field, lists split at ";", as in citation.publisher, citation2.publisher,
    quantity.value, and links as "refines external:ID; …". Where op is correct, the fact's own
    columns are the changes. Commas, semicolons or tabs may separate its cells.
    """
    if private and title is None:
        raise typer.BadParameter("it goes with --title", param_hint="--private")
    if len({update, reason_ is not None, why is not None}) > 1:
        raise typer.BadParameter("--update, --reason and --why go together", param_hint="--update")
    updating = None if reason_ is None or why is None else Update(reason_, why)
    table = csv or file.lower().removesuffix(".gz").endswith((".csv", ".tsv", ".tab"))
    with _source(file, encoding) as text, opened(upgrade=True) as parley:
        opening: list[RecordEvent] = [
            decide_open(
                slug=slug,
                title=title or slug,
                parties=tuple(party or ()),
                summary=summary,
                actor=parley.settings.actor,
            )
        ]
        if private:
            _refuse_public(parley, slug)
            opening.append(_closing(opening[0]))
        with _told(text.lines) as (progress, told):
            report = Importer(parley, FactParser()).run(
                slug=slug,
                lines=bounded_lines(text.stream),
                media="csv" if table else "ndjson",
                dry_run=dry_run,
                partial=partial,
                principal=parley.owner,
                progress=progress,
                told=told,
                opening=opening,
                update=updating,
                guessed=text.guessed,
                batch=batch,
            )
    _show_report(report, json=json, dry_run=dry_run)
    refusal = _refusal(report, partial=partial)
    if refusal is not None:
        raise RefusedError(refusal)


@contextmanager
def _told(total: int) -> Iterator[tuple[Progress, Recorded]]:
    """Show how many lines have been read, and then recorded; where that breaks off, say how far it came."""
    reached: tuple[int, int] | None = None
    with ExitStack() as shown:
        bar = shown.enter_context(progress_bar("reading", total, "deciding"))

        def told(recorded: int, of: int) -> None:
            nonlocal bar, reached
            if reached is None:
                shown.close()
                bar = shown.enter_context(progress_bar("recording", of))
            reached = recorded, of
            bar(recorded, of)

        try:
            yield lambda read: bar(read, total), told
        except BrokenOffError as error:
            cause = reason(error.__cause__ or error)
            raise RefusedError(f"{error} ({cause})") from error
        except KeyboardInterrupt:
            if reached is None:
                raise
            end_with(str(BrokenOffError(*reached, unsure=True)))
            raise typer.Exit(INTERRUPTED) from None


def _refusal(report: ImportReport, *, partial: bool) -> str | None:
    """Why the command ends as refused: what was asked for was not done, or not all of it; None where it was."""
    listed = report.listed()
    if not listed or (partial and report.stopped is None):
        return None
    done = sum(report.done.values())
    what = f"{_lines(done)} imported, but for" if done else "nothing was imported:"
    first = report.stopped if partial and report.stopped else listed[0]
    return (
        f"{what} {_lines(report.rejected_lines)} rejected, first line {first.line}: {first.detail}"
    )


def _lines(count: int) -> str:
    return f"{count} line{'' if count == 1 else 's'}"


def _refuse_public(parley: Parley, slug: str) -> None:
    """RefusedError where the negotiation is there for everybody already."""
    try:
        settings = parley.ledger.negotiation(slug).settings
    except UnknownError:
        return
    if settings.visibility == "public":
        raise RefusedError(
            f"{slug} was opened before, for everybody: parley settings {slug} --visibility private"
        )


def _closing(opening: RecordEvent) -> RecordEvent:
    """What makes a negotiation private from its beginning, with who opens it as its member."""
    settings = Settings(visibility="private", members=(opening.actor,))
    return evolve(None, opening).decide_settings(settings, opening.actor)


@contextmanager
def _source(file: str, encoding: str | None) -> Iterator[Text]:
    """The file as text; what can be read once alone is copied first."""
    with ExitStack() as held:
        if file == "-":
            source: IO[bytes] = held.enter_context(TemporaryFile())
            shutil.copyfileobj(sys.stdin.buffer, source)
            source.seek(0)
        elif file.endswith(".gz"):
            source = cast("IO[bytes]", held.enter_context(gzip.open(file)))
        else:
            source = held.enter_context(Path(file).open("rb"))
        try:
            text = open_text(cast("BinaryIO", source), encoding)
        except (EOFError, zlib.error) as error:
            raise RefusedError(f"{file}: what is packed in it is cut short, or damaged") from error
        yield text


def _batch(label: str) -> str:
    """A label as it is; BadParameter where it can be none."""
    try:
        check_batch(label, "")
    except ContentError as error:
        raise typer.BadParameter(str(error)) from error
    return label


def _encoding(name: str) -> str:
    """An encoding as it is known; BadParameter where it is not."""
    known = CHARSETS.get(name.lower())
    if known is None:
        raise typer.BadParameter(
            f"one of {', '.join(dict.fromkeys(CHARSETS.values()))} is expected"
        )
    return known


def _show_report(report: ImportReport, *, json: bool, dry_run: bool) -> None:
    content = report.as_dict()
    if json:
        say(content)
        return
    out, _ = consoles()
    counts = [*report.done.items(), ("unchanged", report.unchanged)]
    counts += [("superseded", report.superseded_total), ("rejected", report.rejected_lines)]
    title = "Would be imported" if dry_run else "Imported"
    rows = [(name, count) for name, count in counts if count]
    show_rows(out, title, ("lines", "count"), rows)
    for told in ("superseded", "notices"):
        listed = content.get(told, ())
        found = [(each["line"], each.get("pointer", ""), each["detail"]) for each in listed]
        title = f"{told.capitalize()}: {content.get(f'{told}_total', 0)}"
        show_rows(out, title, ("line", "where", "what"), found[:REJECTIONS_SHOWN])
    alike = content.get("similar", ())
    similar = [(each["line"], *_alike(each)) for each in alike[:REJECTIONS_SHOWN]]
    title = f"Much like other facts, and tied to none of them: {content.get('similar_total', 0)}"
    show_rows(out, title, ("line", "lines of this file", "facts"), similar)
    rejected = content["rejected"]
    faults = [(each["line"], each["pointer"], each["detail"]) for each in rejected]
    title = f"Faults: {content['rejected_total']}"
    show_rows(out, title, ("line", "where", "why"), faults[:REJECTIONS_SHOWN])
    longest = max(map(len, (faults, alike, content["superseded"], content.get("notices", ()))))
    if longest > REJECTIONS_SHOWN:
        print_line(out, f"The first {REJECTIONS_SHOWN} are shown; --json lists more.")


def _alike(line: Mapping[str, Any]) -> tuple[list[int], list[str]]:
    """The lines and the facts that a line is much like, as many as are named, and how many there are in all."""
    facts = [*line["similar"]]
    if "similar_more" in line:
        facts.append(f"{line['similar_more']} in all")
    return line.get("lines", []), facts


def register(app: typer.Typer) -> None:
    """Offer the command."""
    app.command("import")(import_)
