"""The commands that move the record in and out: import, export and snapshots."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, cast

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.cli_options import (
    AsJson,
    AsKnownAt,
    AsOf,
    AtPosition,
    ByClock,
    ByMatch,
    Slug,
    perspective,
)
from api.cli_question import ask, tell
from api.cli_record import RefusedError, consoles, opened, say
from api.cli_tables import show_heading, show_rows
from api.composition import Parley
from api.export import history_lines, present_lines
from api.import_lines import bounded_lines
from api.import_report import ImportReport
from api.importer import Importer
from api.json_text import written
from api.schemas import FactParser
from domain.errors import UnknownError
from domain.instant import parse_cut
from domain.negotiation import decide_open
from domain.perspective import PerspectiveQuery

__all__ = ["progress_bar", "register"]

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
        typer.Option(help="Open the negotiation under this title where it is missing."),
    ] = None,
    party: Annotated[
        list[str] | None,
        typer.Option(help="A party to the negotiation that is opened; repeatable."),
    ] = None,
    summary: Annotated[
        str | None, typer.Option(help="A summary of the negotiation that is opened.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report what would be done, and write nothing.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Leave out rejected lines and import the others.")
    ] = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="Read CSV, as where the file's name ends in .csv.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Take in facts and changes, a line each: all of them or none, and none twice."""
    table = csv or file.removesuffix(".gz").endswith(".csv")
    with _source(file) as (lines, total), opened(upgrade=True) as parley:
        actor = parley.settings.actor
        parties = tuple(party or ())
        opening = title and decide_open(
            slug=slug, title=title, parties=parties, summary=summary, actor=actor
        )
        with progress_bar("reading", total) as bar:
            try:
                report = Importer(parley, FactParser()).run(
                    slug=slug,
                    lines=lines,
                    media="csv" if table else "ndjson",
                    dry_run=dry_run,
                    partial=partial,
                    actor=actor,
                    progress=lambda read: bar(read, total),
                    opening=opening or None,
                )
            except UnknownError as error:
                raise RefusedError(f"{error}; --title opens it") from error
    _show_report(report, json=json, dry_run=dry_run)
    if report.rejected and not partial:
        count = len(report.rejected_lines)
        lines_ = f"{count} line{'' if count == 1 else 's'}"
        first = report.rejected[0]
        raise RefusedError(
            f"nothing was imported: {lines_} rejected, first line {first.line}: {first.detail}"
        )


@contextmanager
def _source(file: str) -> Iterator[tuple[Iterator[bytes], int | None]]:
    """The lines of the file, and how many there are where that is quickly known."""
    if file == "-":
        yield bounded_lines(sys.stdin.buffer), None
    elif file.endswith(".gz"):
        with gzip.open(file) as packed:
            yield bounded_lines(cast("BinaryIO", packed)), None
    else:
        with Path(file).open("rb") as plain:
            total = sum(chunk.count(b"\n") for chunk in iter(lambda: plain.read(1 << 20), b""))
            plain.seek(0)
            yield bounded_lines(plain), total


@contextmanager
def progress_bar(doing: str, total: int | None) -> Iterator[Any]:
    """A bar on standard error while it is a terminal; it is told (done, of how many or None)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    _, errors = consoles()
    shown = Progress(
        *columns, TimeElapsedColumn(), console=errors, transient=True,
        disable=not errors.is_terminal,
    )  # fmt: skip
    with shown:
        task = shown.add_task(doing, total=total)

        def advance(done: int, of: int | None) -> None:
            finished = of is not None and done >= of
            shown.update(task, completed=done, total=of)
            if finished:
                shown.update(task, description="writing")

        yield advance


def _show_report(report: ImportReport, *, json: bool, dry_run: bool) -> None:
    content = report.as_dict()
    if json:
        say(content)
        return
    out, _ = consoles()
    counts = [*report.done.items(), ("unchanged", report.unchanged)]
    counts.append(("rejected", len(report.rejected_lines)))
    title = "Would be imported" if dry_run else "Imported"
    rows = [(name, count) for name, count in counts if count]
    show_rows(out, title, ("lines", "count"), rows)
    rejected = content["rejected"]
    faults = [(each["line"], each["pointer"], each["detail"]) for each in rejected]
    title = f"Faults: {content['rejected_total']}"
    show_rows(out, title, ("line", "where", "why"), faults[:REJECTIONS_SHOWN])
    if len(faults) > REJECTIONS_SHOWN:
        out.print(f"The first {REJECTIONS_SHOWN} are shown; --json lists more.")


def export(  # noqa: PLR0913 -- one argument an option
    slug: Slug,
    *,
    history: Annotated[
        bool,
        typer.Option(
            "--history", help="Every operation in the order of the log, withdrawn facts too."
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(help="Write to this file. Left out: standard output.", show_default=False),
    ] = None,
    as_of: AsOf = None,
    as_known_at: AsKnownAt = None,
    position: AtPosition = None,
    clock: ByClock = "recorded",
    match: ByMatch = "possible",
    json: AsJson = False,
) -> None:
    """Give out NDJSON that can be imported again: the facts as they stand, or with --history all."""
    if history and clock == "published" and as_known_at is not None:
        raise typer.BadParameter("a history is cut on the recorded clock", param_hint="--clock")
    query = PerspectiveQuery(
        as_of=None if as_of is None else parse_cut(as_of),
        as_known_at=None if as_known_at is None else parse_cut(as_known_at),
        position=position,
        clock=clock,
        match=match,
    )
    with opened() as parley:
        lines = _exported(parley, slug, query, history=history)
        if output is None:
            count = _write(lines, sys.stdout.buffer)
        else:
            # Nothing is left half written where the export fails.
            partly = output.with_name(output.name + ".part")
            with partly.open("wb") as file:
                count = _write(lines, file)
            partly.replace(output)
    if output is not None:
        answer = {"lines": count, "output": str(output)}
        say(answer) if json else typer.echo(f"{count} lines in {output}")


def _exported(
    parley: Parley, slug: str, query: PerspectiveQuery, *, history: bool
) -> Iterator[dict[str, Any]]:
    with parley.reading() as reading:
        asked = reading.perspective(query)
        id_ = reading.negotiation(slug, asked.position).id
        if history:
            yield from history_lines(reading, id_, asked.position)
        else:
            yield from present_lines(reading, id_, asked, begun=query.as_of is not None)


def _write(lines: Iterator[dict[str, Any]], file: BinaryIO) -> int:
    count = 0
    for count, line in enumerate(lines, 1):  # noqa: B007 -- how many there were is the answer
        file.write(written(line) + b"\n")
    file.flush()
    return count


def snapshot(  # noqa: PLR0913 -- one argument an option
    slug: Slug,
    name: Annotated[str, typer.Argument(help="The snapshot's name.", show_default=False)],
    *,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Replay a snapshot from the log and check it against its hash."
        ),
    ] = False,
    as_of: AsOf = None,
    as_known_at: AsKnownAt = None,
    position: AtPosition = None,
    clock: ByClock = "recorded",
    match: ByMatch = "possible",
    json: AsJson = False,
) -> None:
    """Keep the state at a perspective under a name, with its hash; or check one that was kept."""
    asked = perspective(as_of, as_known_at, position, clock, match)
    with opened() as parley:
        if check:
            answer = ask(parley, f"/v1/negotiations/{slug}/snapshots/{name}", {})
        else:
            answer = tell(parley, f"/v1/negotiations/{slug}/snapshots", {"name": name, **asked})
    if json:
        typer.echo(answer.body)
        return
    out, _ = consoles()
    content = answer.content
    done = "is what its hash says" if check else "taken"
    show_heading(out, f"Snapshot {content['name']} of {slug} {done}", content["perspective"])
    out.print(f"sha256 {content['sha256']}")


def register(app: typer.Typer) -> None:
    """Offer the commands."""
    app.command("import")(import_)
    app.command()(export)
    app.command()(snapshot)
