"""Defines the commands that export facts, and that take and check snapshots."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from api.cli.ask import ask, tell
from api.cli.files import replace_file
from api.cli.options import (
    AsJson,
    Slug,
    take_perspective,
)
from api.cli.progress import progress_bar
from api.cli.session import open_record, say
from api.cli.tables import show_erased, show_heading
from api.cli.text import consoles, echo, json_text, print_json, print_line, visible_bytes
from api.commands.export import Export, Line
from api.commands.export_table import write_pages
from api.commands.json_text import write_json
from domain.rules import READING
from domain.time.instant import parse_cut
from domain.time.perspective import PerspectiveQuery


@take_perspective()
def export(
    slug: Slug,
    *,
    history: Annotated[
        bool,
        typer.Option("--history", help="Export every change, in the order of the log."),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(help="Write to this file. Default: standard output.", show_default=False),
    ] = None,
    csv: Annotated[
        bool, typer.Option("--csv", help="Write a table, which can be imported as well.")
    ] = False,
    bom: Annotated[
        bool, typer.Option("--bom", help="With --csv: begin with a byte order mark, for Excel.")
    ] = False,
    asked: dict[str, object],
    json: AsJson = False,
) -> None:
    """Export the facts as JSON lines that can be imported; with --history, export every change."""
    if bom and not csv:
        raise typer.BadParameter("use it only together with --csv", param_hint="--bom")
    if history and asked["clock"] == "published" and asked["as_known_at"] is not None:
        raise typer.BadParameter(
            "with --history and --as-known-at, use the recorded clock", param_hint="--clock"
        )
    cuts = {name: asked[name] and parse_cut(str(asked[name])) for name in ("as_of", "as_known_at")}
    query = PerspectiveQuery(**{**asked, **cuts})  # type: ignore[arg-type]
    with open_record() as parley, _show_progress(output) as bar:
        exported = Export.of(parley, parley.owner, slug, query, history=history)
        lines = _Lines(exported, bar)
        pieces = write_pages(lines.pages, bom=bom) if csv else lines.encode()
        if output is None:
            _write(map(visible_bytes, pieces) if csv else pieces, sys.stdout.buffer)
        else:
            replace_file(output, pieces)
    if output is not None:
        answer = {"lines": lines.count, "output": str(output)}
        say(answer) if json else echo(f"{lines.count} lines in {output}")


@contextmanager
def _show_progress(output: Path | None) -> Iterator[Callable[[int, int | None], None]]:
    """Show how far an export has come, unless its lines are shown on the same terminal."""
    if output is None and sys.stdout.isatty():
        yield lambda *_: None
        return
    with progress_bar("exporting", None) as bar:
        yield bar


class _Lines:
    """The lines of an export, which are counted as they are read."""

    def __init__(self, exported: Export, progress: Callable[[int, int | None], None]) -> None:
        self._export_lines = exported
        self._progress = progress
        self.count = 0

    def pages(self) -> Iterator[list[Line]]:
        """The pages, from the first."""
        self.count = 0
        for page in self._export_lines.pages(self._progress):
            self.count += len(page)
            yield page

    def encode(self) -> Iterator[bytes]:
        """Each line as JSON that acts on no terminal."""
        return (json_text(write_json(line)) + b"\n" for page in self.pages() for line in page)


def _write(pieces: Iterator[bytes], file: BinaryIO) -> None:
    file.writelines(pieces)
    file.flush()


@take_perspective()
def snapshot(
    slug: Slug,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The snapshot's name.", show_default=False)
    ],
    *,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Replay a snapshot from the log and check it against its hash."
        ),
    ] = False,
    asked: dict[str, object],
    json: AsJson = False,
) -> None:
    """Take a named snapshot of the state, with its hash; or check an earlier snapshot."""
    with open_record() as parley:
        if check:
            answer = ask(parley, f"/v1/negotiations/{slug}/snapshots/{name}", {})
        else:
            answer = tell(parley, f"/v1/negotiations/{slug}/snapshots", {"name": name, **asked})
    if json:
        print_json(answer.body)
        return
    out, _ = consoles()
    content = answer.content
    older = content["perspective"]["reading"]
    gone = check and content["verified"] is None
    checked = "matches its hash"
    if gone:
        checked = "can no longer be checked against its hash"
    if gone and older != READING:
        checked = f"was taken with reading {older} of the rules; with today's, {READING}, its hash cannot be checked"
    done = checked if check else "taken"
    show_heading(out, f"Snapshot {content['name']} of {slug} {done}", content["perspective"])
    if gone:
        show_erased(out, content)
    print_line(out, f"sha256 {content['sha256']}")
