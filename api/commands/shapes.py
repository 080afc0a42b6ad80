"""Checks that a body has the shape of its class, and reports every fault of shape with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Final

import msgspec
from pydantic import TypeAdapter, ValidationError

from api.commands.json_text import pointer
from api.commands.name_faults import of_one_form
from api.commands.stand_ins import Place, choices_at
from domain.errors import MOST_FAULTS, Fault
from domain.fact import KINDS
from domain.naming import fold_name

_MISSING: Final = "this field is required: write"
_WHOLE: Final = "write a whole number in digits, without marks between them, such as 1259"
_OBJECT: Final = "write an object, in { }"
_TYPES: Final = {
    "int": _WHOLE,
    "string": "write a text, in quotes",
    "bool": "write true or false",
    **dict.fromkeys(("list", "tuple"), "write a list, in [ ]"),
    **dict.fromkeys(("dict", "dataclass", "model"), _OBJECT),
}
"""What to write, by the first word of the type of an error of pydantic's."""
_NEAR: Final = 0.8
_LONGEST: Final = 40
_JOINTS: Final = re.compile("[- ]")
_EXPECTED: Final = "Input should be "
"""How pydantic begins to list what may be written."""


class ShapeError(Exception):
    """What was sent does not have the declared shape; holds the faults and their places."""

    def __init__(self, error: ValidationError, body: type | None) -> None:
        super().__init__(str(error))
        tagged = body is None
        errors = of_one_form(error.errors(include_url=False, include_input=False))
        self.faults = [_fault(dict(error), body) for error in errors[:MOST_FAULTS]]
        self.more = len(errors) - len(self.faults)
        self.places: list[Place] = [tuple(error["loc"][tagged:]) for error in errors]
        self.is_of_kind = any(str(error["type"]).startswith("union_tag") for error in errors)


def validate_json(adapter: TypeAdapter[Any], document: object, body: type | None) -> Any:  # noqa: ANN401
    """Read JSON by its adapter, which is strict, as a class of body, or as a fact of any kind where that is None.

    ShapeError where it does not have the shape.
    """
    try:
        return adapter.validate_json(msgspec.json.encode(document))
    except ValidationError as error:
        raise ShapeError(error, body) from error


def _fault(error: dict[str, Any], body: type | None) -> Fault:
    place, cls = error["loc"], body
    if str(error["type"]).startswith("union_tag"):
        return Fault("/kind", _tag_detail(error))
    if body is None:
        cls, place = KINDS.get(place[0]) if place else None, place[1:]
    if str(error["type"]).startswith("missing"):
        choices = choices_at(cls, place) if cls is not None else ()
        cited = place == ("citations",)
        wanted = "at least one, with its publisher" if cited else _say_one_of(choices) or "it"
        return Fault(pointer(place), f"{_MISSING} {wanted}")
    if error["type"] == "literal_error":
        listed = str(error["msg"]).removeprefix(_EXPECTED).replace("'", "")
        return Fault(pointer(place), f"write {listed}")
    if error["type"] == "unexpected_keyword_argument":
        return Fault(
            pointer(place), "there is no such field here: leave it out, or correct its name"
        )
    expected = str(error["type"]).partition("_")[0]
    if expected == "int" and place[:1] == ("quantities",):
        return Fault(pointer(place), f"{_WHOLE}; write words, such as 'at least 12', in text")
    return Fault(pointer(place), _TYPES.get(expected, str(error["msg"])))


def _say_one_of(choices: Sequence[str]) -> str:
    *others, last = choices or [""]
    return " or ".join(word for word in (", ".join(others), last) if word)


def _tag_detail(error: dict[str, Any]) -> str:
    kinds = ", ".join(sorted(KINDS))
    if error["type"] == "union_tag_not_found":
        return f"the kind is missing: write one of {kinds}"
    kind = fold_name(str(error.get("ctx", {}).get("tag", ""))[:_LONGEST])
    near = get_close_matches(_JOINTS.sub("_", kind), KINDS, n=1, cutoff=_NEAR)
    return f"there is no such kind: write {near[0] if near else f'one of {kinds}'}"
