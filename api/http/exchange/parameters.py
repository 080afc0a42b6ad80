"""Reads query parameters: each must be declared, and may be given once; any other parameter is refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

from domain.errors import ContentError, Fault
from domain.time.edtf_calendar import DAY, month_start
from domain.time.edtf_meant import explain_cut
from domain.time.instant import InstantError, parse_cut

_MOST: Final = 100
_LONGEST: Final = 255
_LONGEST_CURSOR: Final = 8_000
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f]")
_BLANKED_PLUS: Final = re.compile(r"T\d\d:\d\d.* \d\d:\d\d$", re.IGNORECASE)
_BARE: Final = re.compile(r"([+-]?[0-9]{4,6})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_CONTROL: Final = r"\x00-\x1f\x7f"
TEXT: Final[Mapping[str, Any]] = {
    "type": "string",
    "pattern": rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$",
    "minLength": 1,
    "maxLength": _LONGEST,
}
"""The schema of a parameter that is a text."""
BOM: Final = "bom"
"""The parameter `bom`, which only requests have that can be answered with CSV."""
_UUID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WHOLE: Final = re.compile(r"[0-9]{1,18}")
_SHOWN: Final = 60
"""How many characters of a wrong value an error repeats."""


@dataclass(frozen=True)
class Parameter:
    """A query parameter as OpenAPI describes it."""

    name: str
    description: str
    schema: Mapping[str, Any]
    required: bool = False
    example: str | int | None = None

    def describe(self) -> dict[str, Any]:
        """Give the OpenAPI parameter object."""
        shown = {} if self.example is None else {"example": self.example}
        return {
            "name": self.name,
            "in": "query",
            "required": self.required,
            "description": self.description,
            "schema": dict(self.schema),
            **shown,
        }


def read_query(
    query: bytes, declared: Iterable[Parameter], *, of_form: bool = False
) -> dict[str, str]:
    """Read a query; ContentError for a parameter that is unknown, repeated, missing, empty or not text.

    With a cursor no parameter is missing, because the cursor holds all of them. A field that a form left empty
    was not given.
    """
    known = {parameter.name: parameter for parameter in declared}
    pairs = _pairs(query)
    if of_form:
        pairs = [(name, text) for name, text in pairs if text or name not in known]
    names = [name for name, _ in pairs]
    faults = [fault for name, text in pairs if (fault := _fault(name, text, known))]
    faults += [
        Fault(f"/query/{name}", "given twice: give it once")
        for name in known
        if names.count(name) > 1
    ]
    whole = "cursor" in names and "cursor" in known
    missing = [n for n, each in known.items() if each.required and n not in names and not whole]
    faults += [
        Fault(f"/query/{name}", "this parameter is required: give it a value") for name in missing
    ]
    if faults:
        raise ContentError(*faults)
    return dict(pairs)


def parse_uuid(text: str) -> UUID | None:
    """Read a UUID in the form of RFC 9562, with hyphens; None for any other text."""
    return UUID(text) if _UUID.fullmatch(text) else None


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        text = query.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST)
    except UnicodeDecodeError as error:
        raise ContentError.at(
            "/query", "the parameters are not UTF-8: percent-encode their UTF-8 bytes"
        ) from error
    except ValueError as error:
        raise ContentError.at(
            "/query", f"there are more than {_MOST} parameters: leave some out"
        ) from error


def _fault(name: str, text: str, known: Mapping[str, Parameter]) -> Fault | None:
    if name not in known:
        shown = ascii(name)[1:-1].replace("~", "~0").replace("/", "~1")
        there = ", ".join(known) or "none"
        return Fault(f"/query/{shown[:100]}", f"there is no such parameter here; known: {there}")
    if not text.strip():
        otherwise = "" if known[name].required else ", or leave the parameter out"
        return Fault(f"/query/{name}", f"write a value{otherwise}")
    longest = _LONGEST_CURSOR if name == "cursor" else _LONGEST
    if len(text) > longest:
        return Fault(
            f"/query/{name}", f"this is longer than {longest} characters: write a shorter value"
        )
    if _UNPRINTABLE.search(text):
        return Fault(f"/query/{name}", "control characters are not allowed here: leave them out")
    return None


def cut(parameters: Mapping[str, str], name: str, prefix: str = "/query") -> int | None:
    """Read the inclusive instant that a parameter cuts at; ContentError says where it is wrong."""
    text = parameters.get(name)
    if text is None:
        return None
    try:
        return parse_cut(text)
    except InstantError as error:
        detail = explain_cut(error)
        if _BLANKED_PLUS.search(text):
            detail += "; a '+' in a query means a blank: write the offset's sign as %2B"
        raise ContentError.at(f"{prefix}/{name}", detail) from error


def first_moment(parameters: Mapping[str, str], name: str) -> int | None:
    """Read where a stretch begins: at the first microsecond of a bare day, month or year; otherwise like `cut`."""
    last = cut(parameters, name)
    bare = _BARE.fullmatch(parameters.get(name, ""))
    if bare is None:
        return last
    start = month_start(int(bare[1]), int(bare[2] or 1))
    return start + (int(bare[3] or 1) - 1) * DAY


def whole_number(
    parameters: Mapping[str, str], name: str, low: int, high: int | None = None
) -> int | None:
    """Read a whole number of a range; ContentError for any other text."""
    text = parameters.get(name)
    if text is None:
        return None
    if _WHOLE.fullmatch(text):
        number = int(text)
        if low <= number and (high is None or number <= high):
            return number
    least = f"of at least {low}" if high is None else f"from {low} to {high}"
    raise ContentError.at(f"/query/{name}", f"write a whole number {least}, not {_quote(text)}")


def choice(
    parameters: Mapping[str, str], name: str, choices: Collection[str], left_out: str | None = None
) -> str | None:
    """Read one of some words, or take the default where it is left out; ContentError for any other word."""
    text = parameters.get(name, left_out)
    if text is not None and text not in choices:
        raise unknown_choice(f"/query/{name}", text, choices)
    return text


def unknown_choice(where: str, text: str, choices: Iterable[str]) -> ContentError:
    """The error for a text, at a JSON pointer, that is none of the choices; it lists them in their order."""
    return ContentError.at(where, f"write one of {', '.join(choices)}, not {_quote(text)}")


def _quote(text: str) -> str:
    """A wrong value in quotes, in ASCII, as an error repeats it; a long one is cut off."""
    return ascii(text[:_SHOWN])


def truth(parameters: Mapping[str, str], name: str, *, left_out: bool = False) -> bool:
    """Read true or false, or take the default where it is left out; ContentError for any other word."""
    text = parameters.get(name, str(left_out).lower())
    if text not in {"true", "false"}:
        raise ContentError.at(f"/query/{name}", f"write true or false, not {_quote(text)}")
    return text == "true"
