"""Removes the words of a refused request from the answer that is kept, so that no erased words stay in it.

A refusal is kept as its status, its type and the places of its faults; so is each line that an import's report lists.
A pointer keeps its numbers and the names of Parley's own fields; any other name becomes `-`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from api.commands.json_text import write_json

Known = Callable[[], frozenset[str]]

ANOTHER_KEY: Final = (
    "this was refused before; sent again with another Idempotency-Key it says why, if it still is"
)
MOST_LISTED: Final = 1_000
DEEPEST: Final = 12
_OTHER: Final = "-"
"""What stands in a pointer for the name of a field that the sender made up; RFC 6901 uses it for no element."""
_PLACES: Final = frozenset({"query", "header", "path", _OTHER})
_DIGITS: Final = 10


def make_kept_form(answer: Response, known: Known) -> bytes:
    """The body of an answer without the words of its request, in the same shape."""
    body = bytes(answer.body)
    if not body:
        return body
    content = json.loads(body)
    if answer.status_code < HTTPStatus.BAD_REQUEST:
        return write_json(_strip_details(content, known))
    kept = {name: content[name] for name in ("type", "title", "status")}
    errors = [_strip_details(error, known) for error in content["errors"][:MOST_LISTED]]
    return write_json({**kept, "detail": ANOTHER_KEY, "errors": errors})


def names_in(document: dict[str, Any]) -> frozenset[str]:
    """Every name of a field or parameter in an OpenAPI document, and of the places that a pointer begins with."""
    names = set(_PLACES)
    left: list[Any] = [document]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            fields = part.get("properties")
            names.update(fields if isinstance(fields, dict) else ())
            if isinstance(part.get("name"), str) and "in" in part:
                names.add(part["name"])
            left += part.values()
        elif isinstance(part, list):
            left += part
    return frozenset(names)


def _strip_details(value: Any, known: Known) -> Any:  # noqa: ANN401 -- JSON is anything
    """A value without the details of faults, and without unknown names in pointers."""
    if isinstance(value, list):
        listed = value[:MOST_LISTED] if any(isinstance(entry, dict) for entry in value) else value
        return [_strip_details(entry, known) for entry in listed]
    if not isinstance(value, dict):
        return value
    bare = {name: _strip_details(part, known) for name, part in value.items()}
    if "pointer" in bare and "detail" in bare:
        bare |= {"pointer": _pointer(str(bare["pointer"]), known()), "detail": ""}
    elif "detail" in bare:
        bare["detail"] = ""
    return bare


def _pointer(pointer: str, names: frozenset[str]) -> str:
    steps = pointer.split("/")[:DEEPEST]
    return "/".join(step if _is_plain(step, names) else _OTHER for step in steps)


def _is_plain(step: str, names: frozenset[str]) -> bool:
    number = step.isascii() and step.isdigit() and len(step) <= _DIGITS
    return not step or number or step in names
