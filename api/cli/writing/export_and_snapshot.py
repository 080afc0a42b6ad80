"""The commands that keep the record elsewhere: exports, and snapshots with their hashes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from api.cli.ask import ask, tell
from api.cli.options import (
    AsJson,
    Slug,
    take_perspective,
)
from api.cli.session import consoles, open_record, say
from api.cli.tables import show_erased, show_heading
from api.cli.text import echo, json_text, print_json, print_line
from api.commands.export import history_lines, present_lines
from api.commands.json_text import write_json
from api.composition import Parley
from domain.rules import READING
from domain.time.instant import parse_cut
from domain.time.perspective import PerspectiveQuery

__all__ = ["register"]


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
        typer.Option(help="Write to this file. Left out: standard output.", show_default=False),
    ] = None,
    asked: dict[str, object],
    json: AsJson = False,
) -> None:
    """Export the facts as JSON lines that can be imported; with --history every change."""
    if history and asked["clock"] == "published" and asked["as_known_at"] is not None:
        raise typer.BadParameter("a history is cut on the recorded clock", param_hint="--clock")
    cuts = {name: asked[name] and parse_cut(str(asked[name])) for name in ("as_of", "as_known_at")}
    query = PerspectiveQuery(**{**asked, **cuts})  # type: ignore[arg-type]
    with open_record() as parley:
        lines = _exported(parley, slug, query, history=history)
        count = _write(lines, sys.stdout.buffer) if output is None else _replace(output, lines)
    if output is not None:
        answer = {"lines": count, "output": str(output)}
        say(answer) if json else echo(f"{count} lines in {output}")


def _replace(output: Path, lines: Iterator[dict[str, Any]]) -> int:
    """Write beside the file and put it in its place when it is whole."""
    partly = output.with_name(output.name + ".part")
    try:
        with partly.open("wb") as file:
            count = _write(lines, file)
        partly.replace(output)
    finally:
        partly.unlink(missing_ok=True)
    return count


def _exported(
    parley: Parley, slug: str, query: PerspectiveQuery, *, history: bool
) -> Iterator[dict[str, Any]]:
    with parley.reading(parley.owner) as reading:
        asked = reading.perspective(query)
        id_ = reading.negotiation(slug, asked.position).id
        if history:
            yield from history_lines(reading, id_, asked.position)
        else:
            yield from present_lines(reading, id_, asked, begun=query.as_of is not None)


def _write(lines: Iterator[dict[str, Any]], file: BinaryIO) -> int:
    count = 0
    for count, line in enumerate(lines, 1):  # noqa: B007 -- how many there were is the answer
        file.write(json_text(write_json(line)) + b"\n")
    file.flush()
    return count


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
    """Keep the state under a name, with its hash; or check a snapshot that was kept."""
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
    checked = "is what its hash says"
    if gone:
        checked = "can no longer be checked against its hash"
    if gone and older != READING:
        checked = f"was taken by reading {older} of the rules; by today's, {READING}, its hash is not checked"
    done = checked if check else "taken"
    show_heading(out, f"Snapshot {content['name']} of {slug} {done}", content["perspective"])
    if gone:
        show_erased(out, content)
    print_line(out, f"sha256 {content['sha256']}")


def register(app: typer.Typer) -> None:
    """Offer the commands."""
    app.command()(export)
    app.command()(snapshot)
