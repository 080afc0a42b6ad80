r"""All output of commands passes here, so that no text of the record or of another server acts on the terminal.

Controls and format characters are shown by their numbers, `\u{202E}`; joiners stand where a script needs them.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Final

import typer
from rich.console import Console
from rich.text import Text

from domain.characters import JOINED

_UNSAFE: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff"
    "\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d159"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 15))
)
_VARIED: Final = JOINED + "#*0-9\u00a9\u00ae\u203c\u2049\u2122\u2139"
_UNJOINED: Final = f"(?<![{JOINED}\ufe0f])[\u200c\u200d]|(?<![{_VARIED}])[\ufe00-\ufe0f]"
_UNSAFE_IN_TEXT: Final = re.compile(f"[{_UNSAFE}]|{_UNJOINED}")
_UNSAFE_IN_LINE: Final = re.compile(f"[\t\n{_UNSAFE}]|{_UNJOINED}")
_UNSAFE_IN_JSON: Final = re.compile(f"[{_UNSAFE}\u200c\u200d]")
"""None of them stands in JSON but in a string."""
PIPED_WIDTH: Final = 140
"""Columns of a table that goes to no terminal."""


def visible(text: str) -> str:
    """The text with its lines; characters that act on a terminal or are invisible are shown by number."""
    return _UNSAFE_IN_TEXT.sub(_number, text.replace("\r\n", "\n"))


def visible_line(text: str) -> str:
    """The same as `visible`, in one line."""
    return _UNSAFE_IN_LINE.sub(_number, text)


def json_text(written: bytes) -> bytes:
    r"""The same JSON, with characters that act on a terminal or are invisible written as \uXXXX."""
    return _UNSAFE_IN_JSON.sub(_escape, written.decode()).encode()


def echo(text: str, *, err: bool = False) -> None:
    """Print one line."""
    typer.echo(visible_line(text), err=err)


def confirm(question: str) -> None:
    """Ask, on standard error, and abort unless the answer is yes."""
    typer.confirm(visible_line(question), abort=True, err=True)


def ask_for(question: str) -> str:
    """Ask, on standard error, and give the answer."""
    answer: str = typer.prompt(visible_line(question), prompt_suffix=" ", err=True)
    return answer.strip()


def print_line(console: Console, text: str) -> None:
    """Print one line as long as it is, without reading markup in it."""
    console.print(Text(visible_line(text)), soft_wrap=True)


def print_text(text: str) -> None:
    """Print lines, without adding a line break at the end."""
    typer.echo(visible(text), nl=False)


def print_json(written: bytes) -> None:
    """Print JSON, and end its line."""
    text = json_text(written)
    typer.echo(text, nl=not text.endswith(b"\n"))


def print_table(table: bytes) -> None:
    """Print CSV; for a terminal, characters that would act on it are escaped."""
    typer.echo(visible_bytes(table), nl=False)


def visible_bytes(table: bytes) -> bytes:
    """CSV for standard output: where that is a terminal, characters that would act on it are escaped."""
    return visible(table.decode()).encode() if sys.stdout.isatty() else table


def _number(match: re.Match[str]) -> str:
    return f"\\u{{{ord(match[0]):X}}}"


def _escape(match: re.Match[str]) -> str:
    encoded = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{encoded[at : at + 4]}" for at in range(0, len(encoded), 4))


def consoles() -> tuple[Console, Console]:
    """Standard output and standard error, with colour where they are terminals."""
    out = Console(highlight=False)
    if not out.is_terminal and "COLUMNS" not in os.environ:
        out = Console(highlight=False, width=PIPED_WIDTH)
    return out, Console(stderr=True, highlight=False)
