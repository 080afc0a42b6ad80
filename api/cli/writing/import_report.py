"""Prints the report of an import at a terminal: the outcome of its lines, and their faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from api.cli.tables import show_rows
from api.cli.text import consoles, print_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.commands.importing.report import ImportReport

REJECTIONS_SHOWN: Final = 20


def refusal(report: ImportReport, *, partial: bool) -> str | None:
    """Why the command fails, because not all lines were imported as asked; None if it succeeds."""
    listed = report.list_faults()
    if not listed or (partial and report.stopped is None):
        return None
    done = sum(report.done.values())
    what = f"{_lines(done)} imported," if done else "nothing was imported:"
    first = report.stopped if partial and report.stopped else listed[0]
    return f"{what} {_lines(report.rejected_lines)} rejected; line {first.line}: {first.detail}"


def format_heading(report: ImportReport, *, dry_run: bool, partial: bool) -> str:
    """The heading of the table of counts."""
    if report.list_faults() and not partial:
        return "Would be refused as a whole" if dry_run else "Nothing was imported"
    return "Would be imported" if dry_run else "Imported"


def _lines(count: int) -> str:
    return f"{count} line{'' if count == 1 else 's'}"


def show_report(report: ImportReport, title: str) -> None:
    """Print the counts under a title, and the first lines that need attention."""
    content = report.as_dict()
    out, _ = consoles()
    counts = [*report.done.items(), ("unchanged", report.unchanged)]
    counts += [("superseded", report.superseded_total), ("rejected", report.rejected_lines)]
    rows = [(name, count) for name, count in counts if count]
    show_rows(out, title, ("lines", "count"), rows)
    if not rows:
        print_line(out, "The file has no facts.")
    for name in ("superseded", "notices"):
        listed = content.get(name, ())
        rows_ = [(entry["line"], entry.get("pointer", ""), entry["detail"]) for entry in listed]
        what = f"{name.capitalize()}: {content.get(f'{name}_total', 0)}"
        show_rows(out, what, ("line", "where", "what"), rows_[:REJECTIONS_SHOWN])
    alike = content.get("similar", ())
    similar = [(entry["line"], *_list_alike(entry)) for entry in alike[:REJECTIONS_SHOWN]]
    what = f"Much like other facts, and tied to none of them: {content.get('similar_total', 0)}"
    show_rows(out, what, ("line", "lines of this file", "facts"), similar)
    if similar:
        print_line(
            out,
            "If two of them report one event, write the same matter in both, or a link: then a number counts once.",
        )
    rejected = content["rejected"]
    faults = [(fault["line"], fault["pointer"], fault["detail"]) for fault in rejected]
    what = f"Faults: {content['rejected_total']}"
    show_rows(out, what, ("line", "where", "why"), faults[:REJECTIONS_SHOWN])
    longest = max(map(len, (faults, alike, content["superseded"], content.get("notices", ()))))
    if longest > REJECTIONS_SHOWN:
        print_line(out, f"The first {REJECTIONS_SHOWN} are shown; --json lists more.")


def _list_alike(line: Mapping[str, Any]) -> tuple[list[int], list[str]]:
    """The lines and the facts that a line is much like, and the number of all if not all are named."""
    facts = [*line["similar"]]
    if "similar_more" in line:
        facts.append(f"{line['similar_more']} in all")
    return line.get("lines", []), facts
