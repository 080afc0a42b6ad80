"""Shows the lines of a file that is imported in a form: the outcome of each, and fields to correct rejected lines."""

from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.commands.importing.csv_table import IN_A_CELL, LONE_RETURN
from api.commands.importing.text_files import open_text
from api.http.problems import RefusedError

FATES: Final = {
    "recorded": "to be recorded",
    "corrected": "a correction",
    "corroborated": "another source",
    "ended": "an end",
    "retracted": "a withdrawal",
    "reinstated": "a reinstatement",
    "preferred": "a preference",
    "unchanged": "standing already",
    "superseded": "corrected since",
    "rejected": "rejected",
}
"""The outcomes of a line, in words, in the order in which they are counted."""
_CORRECTED: Final = re.compile("corrected-([1-9][0-9]{0,6})")
_LONGEST_GIST: Final = 160


@dataclass(frozen=True)
class Line:
    """One object or row of a file: where it begins, how many lines it takes, and what would become of it."""

    number: int
    span: int
    text: str
    fate: str
    details: Sequence[str]

    @property
    def gist(self) -> str:
        """What it says, in short."""
        try:
            content = json.loads(self.text.strip().rstrip(","))
        except ValueError:
            content = None
        told = (
            content.get("summary") or content.get("external_id")
            if isinstance(content, dict)
            else None
        )
        text = str(told or self.text).strip()
        return text if len(text) <= _LONGEST_GIST else f"{text[:_LONGEST_GIST]}…"


def text_of_file(file: bytes) -> str:
    """The text of a file that was sent, in any encoding that is sure.

    RefusedError where it is not, or is no text, or where some lines end in a carriage return alone.
    """
    text = open_text(io.BytesIO(file)).stream.read()
    if LONE_RETURN in text:
        line = text.partition(LONE_RETURN)[0].count(b"\n") + 1
        raise RefusedError("content", "/file", f"line {line}: {IN_A_CELL}")
    try:
        return text.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        raise RefusedError(
            "content",
            "/file",
            f"line {line} of the file cannot be read in its encoding: save the file as UTF-8",
        ) from error


def media_of(text: str) -> str:
    """What a text is: JSON begins with a bracket, and a table does not."""
    return "application/x-ndjson" if text.lstrip()[:1] in {"{", "["} else "text/csv"


def lines_of(text: str, report: Mapping[str, Any]) -> list[Line]:
    """The lines of a text with what a report says of each; those that it does not list are left out."""
    details: dict[int, list[str]] = defaultdict(list)
    for listed in ("rejected", "superseded"):
        for line in report[listed]:
            details[line["line"]].append(_detail(line))
    told = report.get("fates", ())
    physical = text.split("\n")
    starts = [line["line"] for line in told]
    ends = [*starts[1:], len(physical) + 1]
    return [
        Line(
            start,
            end - start,
            "\n".join(physical[start - 1 : end - 1]).rstrip("\n"),
            line["fate"],
            details[start],
        )
        for line, start, end in zip(told, starts, ends, strict=True)
    ]


def correct_lines(text: str, fields: Mapping[str, str]) -> str:
    """The text with the lines that were corrected in the form: `corrected-N` replaces `span-N` lines from line N on."""
    physical = text.split("\n")
    numbers = sorted(
        (int(match[1]) for name in fields if (match := _CORRECTED.fullmatch(name))), reverse=True
    )
    for number in numbers:
        span = fields.get(f"span-{number}", "")
        if number <= len(physical) and span.isascii() and span.isdigit():
            end = min(number - 1 + int(span[:7]), len(physical))
            physical[number - 1 : end] = fields[f"corrected-{number}"].rstrip("\n").split("\n")
    return "\n".join(physical)


def _detail(line: Mapping[str, Any]) -> str:
    pointer = line.get("pointer", "")
    return (
        f"{pointer.strip('/').replace('/', ' ')}: {line['detail']}"
        if pointer and not line["detail"].startswith("column ")
        else line["detail"]
    )
