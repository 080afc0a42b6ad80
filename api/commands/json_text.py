"""Reads JSON as UTF-8, and reports every fault with its place; writes equal values as equal bytes."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, Final

import msgspec

from domain.errors import ContentError, Fault

DEEPEST: Final = 32
MOST_ENTRIES: Final = 1_000
"""Entries of one list, and names of one object: as many as the longest list of the record has."""
MOST_VALUES: Final = 20_000
"""Values in one JSON text: more than a fact has whose every list is as long as may be."""
_LONGEST_NAME: Final = 100
_LONGEST_POINTER: Final = 300
CONFIDENTIAL: Final = "confidential"
_TWICE: Final = "the name is in this object twice: write it once"
_EXACT: Final = 2.0**53
_HALF: Final = re.compile("[\ud800-\udfff]")
_WORDS: Final = (
    ("property name", "write a name in double quotes here"),
    (
        "Expecting value",
        "write a value here: an object in braces, a list, a text in quotes, a number, true, false or null",
    ),
    ("',' delimiter", "write a comma here, or the closing bracket"),
    ("':' delimiter", "write a colon here"),
    ("trailing comma", "a comma stands before a closing bracket: leave it out"),
    ("Unterminated string", "the text that begins here has no end: write a double quote after it"),
    ("control character", "a text has a line break or a tab here: write it as \\n or \\t"),
    ("escape", "a backslash cannot stand before this character: write the backslash twice"),
    ("Extra data", "the JSON ends before this: leave out what follows"),
)
"""Parts of the JSON reader's messages, and the text that a sender gets instead."""
_Place = tuple[str | int, ...]


class _Repeating(dict[str, Any]):
    """A JSON object in which names came twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        times = Counter(name for name, _ in pairs)
        self.names = [name for name, count in times.items() if count > 1]


def pointer(place: _Place) -> str:
    """Give the RFC 6901 pointer to a place in a document; it ends at a field that is confidential.

    A pointer is cut short if it is too long or too deep; this can happen only with names that no field has.
    """
    if CONFIDENTIAL in place:
        place = place[: place.index(CONFIDENTIAL) + 1]
    steps = (_cut(str(step), _LONGEST_NAME) for step in place)
    text = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
    return _cut(text, _LONGEST_POINTER)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest] + "…"


def write_json(value: object) -> bytes:
    """Give JSON in UTF-8, without blanks, names in the order given."""
    return _encoder.encode(value)


def read_own_json(written: bytes) -> Any:  # noqa: ANN401 -- JSON is anything
    """Read JSON that `write_json` wrote; `read_json` reads all other JSON."""
    return _decoder.decode(written)


def _write_plainly(value: object) -> str:
    """Give the text of a string of a class of its own, as a database's driver may return it."""
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


_decoder: Final = msgspec.json.Decoder()
_encoder: Final = msgspec.json.Encoder(enc_hook=_write_plainly)


def canonical(value: object) -> bytes:
    """Give the same JSON for the same value, whatever the order of its names."""
    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True
    ).encode()


def hash_json(value: object) -> str:
    """Hash a value's canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def read_json(raw: bytes) -> Any:  # noqa: ANN401 -- JSON is anything
    """Read one JSON text; ContentError where it is no UTF-8, no JSON, deep, large, or repeats names."""
    value, repeated = read_repeating(raw)
    if repeated.faults:
        raise repeated
    return value


def read_repeating(raw: bytes) -> tuple[Any, ContentError]:
    """Read one JSON text, and the faults of names that come twice, of which the last counts; else as `read_json`."""
    repeating: list[_Repeating] = []

    def read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        repeating.append(_Repeating(pairs))
        return repeating[-1]

    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ContentError.at("", f"not UTF-8 at byte {error.start}: send UTF-8") from error
    if not text.strip():
        raise ContentError.at("", "the body is empty: send JSON")
    try:
        value = json.loads(text, object_pairs_hook=read_object, **_READING)
    except json.JSONDecodeError as error:
        advice = next(
            (own for theirs, own in _WORDS if theirs in error.msg), "correct the JSON here"
        )
        raise ContentError.at("", f"not JSON at character {error.pos}: {advice}") from error
    except RecursionError as error:
        raise ContentError.at("", f"nested deeper than {DEEPEST} levels: nest less") from error
    except ValueError as error:
        raise ContentError.at(
            "", "a number has too many digits to be read: write a smaller one"
        ) from error
    refusal = ContentError.of(() if _is_harmless(text) and not repeating else _faults(value))
    if refusal.more or any(fault.detail != _TWICE for fault in refusal.faults):
        raise refusal
    return value, refusal


def _is_harmless(text: str) -> bool:
    """Whether no value of a JSON text can be nested too deep, one of too many, or half of a surrogate pair."""
    opened = text.count("{") + text.count("[")
    return opened <= DEEPEST and text.count(",") < MOST_ENTRIES and "\\u" not in text


def _number(text: str) -> int | float:
    """Read a number with a point or an exponent; without a fraction it is an integer all the same."""
    number = float(text)
    if not -_EXACT < number < _EXACT:
        raise ContentError.at(
            "", "a number is too large to be read exactly: write it without a point or an exponent"
        )
    if not number.is_integer():
        return number
    try:
        exact = Decimal(text) == number
    except ArithmeticError:
        exact = False
    if not exact:
        raise ContentError.at(
            "",
            "a number is not whole, but would be read as a whole one: write the whole number that you mean",
        )
    return int(number)


def _refuse_constant(constant: str) -> None:
    raise ContentError.at("", f"not JSON: {constant} is not a number; write a number or null")


_READING: Final[dict[str, Any]] = {"parse_constant": _refuse_constant, "parse_float": _number}


def _faults(value: object) -> Iterator[Fault]:
    """The faults that JSON's own syntax allows; the walk uses no recursion, and ends where there is too much."""
    waiting: list[tuple[_Place, object]] = [((), value)]
    for count in itertools.count(1):
        if not waiting:
            return
        place, part = waiting.pop()
        if count > MOST_VALUES or len(place) > DEEPEST:
            much = (
                f"this is nested deeper than {DEEPEST} levels: nest less",
                f"there are more than {MOST_VALUES} values: send less at once",
            )
            yield Fault(pointer(place[:1]), much[count > MOST_VALUES])
            return
        if isinstance(part, str) and _HALF.search(part):
            yield Fault(pointer(place), "half of a surrogate pair is not a character: leave it out")
        elif isinstance(part, dict):
            yield from _faults_of_names(place, part)
            waiting += [((*place, name), part[name]) for name in islice(part, MOST_ENTRIES)]
        elif isinstance(part, list):
            if len(part) > MOST_ENTRIES:
                yield Fault(
                    pointer(place), f"write at most {MOST_ENTRIES} entries, not {len(part)}"
                )
            waiting += [((*place, index), part[index]) for index in range(len(part[:MOST_ENTRIES]))]


def _faults_of_names(place: _Place, part: dict[str, Any]) -> Iterator[Fault]:
    if len(part) > MOST_ENTRIES:
        yield Fault(pointer(place), f"write at most {MOST_ENTRIES} names, not {len(part)}")
    repeated = part.names if isinstance(part, _Repeating) else []
    yield from (Fault(pointer((*place, name)), _TWICE) for name in repeated)
    if any(_HALF.search(name) for name in part):
        yield Fault(pointer(place), "half of a surrogate pair is not a character: leave it out")
