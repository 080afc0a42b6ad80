"""Declares the fields of a change itself, such as its reason, beside the fields of the fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from api.web.forms.fields import Field
from api.web.forms.readings import read_date

_SHOWN: Final = 60


def lines_of_field(text: str) -> list[str]:
    """The lines of a field in which several are written, one a line."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def write_parties(text: str) -> str:
    """The advice beside a field of parties; for a line with a comma, that the line is one party."""
    one = next((line for line in lines_of_field(text) if "," in line), None)
    told = "who negotiates, one a line; a comma does not separate two"
    return told if one is None else f"{told}; “{one[:_SHOWN]}” is one party of that name"


def text_field(
    column: str,
    label: str,
    fields: Mapping[str, str],
    faults: Mapping[str, str],
    write: str = "",
    *,
    needed: bool = False,
    several: bool = False,
    dated: bool = False,
) -> Field:
    """A field of a change, beside the fact's own."""
    text = fields.get(column, "")
    return Field(
        column=column,
        label=label,
        write=write,
        text=text,
        needed=needed,
        several=several,
        read=read_date(text.strip()) if dated else None,
        fault=faults.get(column),
    )


def choice(
    column: str,
    label: str,
    choices: Sequence[str],
    fields: Mapping[str, str],
    faults: Mapping[str, str],
    write: str = "",
) -> Field:
    """A field in which one of several is chosen."""
    return Field(
        column=column,
        label=label,
        write=write,
        text=fields.get(column, ""),
        needed=True,
        choices=choices,
        fault=faults.get(column),
    )
