"""Defines the import command, which reports the outcome of every line."""

from __future__ import annotations

import gzip
import shutil
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Annotated, BinaryIO, Final, cast

import typer

from api.cli.ask import name_by_options
from api.cli.interrupts import INTERRUPTED, end_with
from api.cli.options import AsJson, Slug
from api.cli.progress import progress_bar
from api.cli.session import (
    CommandRefusedError,
    describe_refusal,
    is_missing,
    open_in_memory,
    open_record,
    say,
)
from api.cli.text import consoles, print_line
from api.cli.writing.import_report import format_heading, refusal, show_report
from api.commands.commands import FactParser
from api.commands.importing.importer import Decided, Importer
from api.commands.importing.lines import read_bounded_lines
from api.commands.importing.matching import Update
from api.commands.importing.report import BrokenOffError, ImportReport
from api.commands.importing.text_files import CHARSETS, Text, open_text
from api.composition import Parley
from domain.batch import check_batch
from domain.errors import ContentError, UnknownError
from domain.streams.event import Reason, RecordEvent
from domain.streams.negotiation import NegotiationSettings, decide_open, evolve
from infrastructure.database.trouble import describe_trouble
from infrastructure.log.errors import OutcomeUnknownError

_RECORDING: Final = "recording"
_UNKNOWN_OUTCOME: Final = (
    "these lines were all recorded, or none of them; "
    "import the same file again: lines that are recorded already are then unchanged"
)


def import_(  # noqa: PLR0913 -- one argument an option
    slug: Slug,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="NDJSON or CSV, gzipped if the name ends in .gz; - is standard input.",
        ),
    ],
    *,
    title: Annotated[
        str | None,
        typer.Option(help="The title of a new negotiation. Default: its slug."),
    ] = None,
    party: Annotated[
        list[str] | None,
        typer.Option(help="A party to a new negotiation. Repeat it for each party."),
    ] = None,
    summary: Annotated[str | None, typer.Option(help="A summary of a new negotiation.")] = None,
    private: Annotated[
        bool,
        typer.Option(
            "--private",
            help="With --title: make the new negotiation private; its first member is PARLEY_ACTOR.",
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
            "--update",
            help="Correct recorded facts that differ from the file. Needs --reason and --why.",
        ),
    ] = False,
    reason_: Annotated[
        Reason | None,
        typer.Option(
            "--reason",
            help="With --update: the reason for the corrections, one of the listed words.",
        ),
    ] = None,
    why: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS", help="With --update: the reason for the corrections, in a sentence."
        ),
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            parser=_batch,
            metavar="NAME",
            help="A label for all events of this import, to find them by.",
        ),
    ] = None,
    csv: Annotated[
        bool,
        typer.Option(
            "--csv", help="Read CSV, even if the file's name does not end in .csv or .tsv."
        ),
    ] = False,
    encoding: Annotated[
        str | None,
        typer.Option(
            parser=_parse_encoding,
            metavar="NAME",
            help="The encoding, if it is neither UTF-8 nor UTF-16: windows-1251, windows-1252, koi8-u, …",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Import facts and changes from a file, one on each line. If one line is wrong, nothing is imported.

    All lines are checked before the first one is recorded. They are recorded in parts, so that others can write in
    between. If this is interrupted, import the same file again with the same options: that completes it.

    NDJSON is one JSON object a line: `op` (record by default, or correct, corroborate, end, retract,
    reinstate, prefer), `external_id` to name the fact, and the fields that the API takes for that operation.

    CSV has one column for each field, such as citation.publisher, citation2.publisher and quantity.value; lists
    are split at ";", and links are written "refines external:ID; …". If op is correct, the fact's own columns
    are the changes. Commas, semicolons or tabs may separate the cells.
    """
    if private and title is None:
        raise typer.BadParameter("give --title, too", param_hint="--private")
    together = {"--update": update, "--reason": reason_ is not None, "--why": why is not None}
    if len({*together.values()}) > 1:
        missing = next(option for option, given in together.items() if not given)
        raise typer.BadParameter("give --update, --reason and --why together", param_hint=missing)
    updating = None if reason_ is None or why is None else Update(reason_, why)
    table = csv or file.lower().removesuffix(".gz").endswith((".csv", ".tsv", ".tab"))
    with _source(file) as source:

        def run(parley: Parley, *, dry_run: bool) -> tuple[ImportReport, bool]:
            """Import the file; the report, and whether the negotiation is new."""
            text = _as_text(source, file, encoding)
            with name_by_options():
                opened = decide_open(
                    slug=slug,
                    title=slug if title is None else title,
                    parties=tuple(party or ()),
                    summary=summary,
                    actor=parley.settings.actor,
                )
            opening: list[RecordEvent] = [opened]
            opens = not _is_open(parley, slug)
            if private:
                _refuse_public(parley, slug)
                opening.append(_make_private(opening[0]))
            with _show_progress(text.lines) as show:
                report = Importer(parley, FactParser()).run(
                    slug=slug,
                    lines=read_bounded_lines(text.stream),
                    media="csv" if table else "ndjson",
                    dry_run=dry_run,
                    partial=partial,
                    principal=parley.owner,
                    progress=lambda read: show("reading", read, text.lines),
                    on_decided=show,
                    on_recorded=lambda recorded, of: show(_RECORDING, recorded, of),
                    opening=opening,
                    update=updating,
                    guessed=text.guessed,
                    batch=batch,
                )
            return report, opens

        # An import that records nothing must not create the database, so it is tried in memory first.
        goes_on = True
        if is_missing():
            with open_in_memory() as parley:
                report, opens = run(parley, dry_run=True)
            goes_on = not dry_run and refusal(report, partial=partial) is None
        if goes_on:
            with open_record(upgrade=True) as parley:
                report, opens = run(parley, dry_run=dry_run)
    refused = refusal(report, partial=partial)
    if json:
        say(report.as_dict())
    else:
        show_report(report, format_heading(report, dry_run=dry_run, partial=partial))
        if opens and refused is None:
            done = "would be opened" if dry_run else "was opened"
            print_line(consoles()[0], f"There was no negotiation {slug}: it {done}.")
    if refused is not None:
        raise CommandRefusedError(refused)


@contextmanager
def _show_progress(total: int) -> Iterator[Decided]:
    """Show how far each part of the work has come; if this breaks off, say how many lines were recorded."""
    doing, reached = "reading", (0, 0)
    with ExitStack() as shown:
        bar = shown.enter_context(progress_bar(doing, total))

        def show(what: str, done: int, of: int) -> None:
            nonlocal bar, doing, reached
            if what != doing:
                shown.close()
                bar = shown.enter_context(progress_bar(what, of))
            doing, reached = what, (done, of)
            bar(done, of)

        try:
            yield show
        except BrokenOffError as error:
            cause = describe_refusal(error.__cause__ or error)
            raise CommandRefusedError(f"{error} ({cause})") from error
        except OutcomeUnknownError as error:
            cause = describe_trouble(error)
            raise CommandRefusedError(f"a commit broke off: {cause}; {_UNKNOWN_OUTCOME}") from error
        except KeyboardInterrupt:
            if doing != _RECORDING:
                raise
            end_with(str(BrokenOffError(*reached, unsure=True)))
            raise typer.Exit(INTERRUPTED) from None


def _is_open(parley: Parley, slug: str) -> bool:
    try:
        parley.ledger.negotiation(slug)
    except UnknownError:
        return False
    return True


def _refuse_public(parley: Parley, slug: str) -> None:
    """Raise CommandRefusedError if the negotiation is public already."""
    try:
        settings = parley.ledger.negotiation(slug).settings
    except UnknownError:
        return
    if settings.visibility == "public":
        raise CommandRefusedError(
            f"{slug} exists already, and is public; to change that, run: parley settings {slug} --visibility private"
        )


def _make_private(opening: RecordEvent) -> RecordEvent:
    """The event that makes a new negotiation private, with the person who opens it as its member."""
    settings = NegotiationSettings(visibility="private", members=(opening.actor,))
    return evolve(None, opening).decide_settings(settings, opening.actor)


@contextmanager
def _source(file: str) -> Iterator[BinaryIO]:
    """The file; one that can be read only once is copied first."""
    with ExitStack() as stack:
        if file == "-":
            source: IO[bytes] = stack.enter_context(TemporaryFile())
            shutil.copyfileobj(sys.stdin.buffer, source)
        elif file.endswith(".gz"):
            source = cast("IO[bytes]", stack.enter_context(gzip.open(file)))
        else:
            source = stack.enter_context(Path(file).open("rb"))
        yield cast("BinaryIO", source)


def _as_text(source: BinaryIO, file: str, encoding: str | None) -> Text:
    """The file as text, from its beginning."""
    try:
        source.seek(0)
        return open_text(source, encoding)
    except (EOFError, zlib.error) as error:
        raise CommandRefusedError(f"{file} is truncated or damaged: copy it again") from error


def _batch(label: str) -> str:
    """Check a label, and return it; BadParameter if it is not valid."""
    try:
        check_batch(label, "")
    except ContentError as error:
        raise typer.BadParameter(str(error)) from error
    return label


def _parse_encoding(name: str) -> str:
    """The canonical name of an encoding; BadParameter if it is unknown."""
    known = CHARSETS.get(name.lower())
    if known is None:
        raise typer.BadParameter(f"write one of {', '.join(dict.fromkeys(CHARSETS.values()))}")
    return known
