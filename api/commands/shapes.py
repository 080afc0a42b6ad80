"""What was sent has the shape that its class says, or every fault of its shape is told, with its place."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from pydantic import TypeAdapter, ValidationError

from api.commands.json_text import pointer
from api.commands.mending import Place
from api.commands.name_faults import of_one_form
from domain.errors import MOST_FAULTS, Fault
from domain.fact import KINDS

__all__ = ["ShapeError", "validate_json"]

_MISSING: Final = "this field is required: write it"


class ShapeError(Exception):
    """What was sent does not have the declared shape; holds the faults and their places."""

    def __init__(self, error: ValidationError, *, tagged: bool) -> None:
        super().__init__(str(error))
        found = of_one_form(
            error.errors(include_url=False, include_context=False, include_input=False)
        )
        self.faults = [_fault(dict(each), tagged=tagged) for each in found[:MOST_FAULTS]]
        self.more = len(found) - len(self.faults)
        self.places: list[Place] = [tuple(each["loc"][tagged:]) for each in found]
        self.is_of_kind = any(str(each["type"]).startswith("union_tag") for each in found)


def validate_json(adapter: TypeAdapter[Any], document: object, *, tagged: bool) -> Any:  # noqa: ANN401
    """Read JSON by its adapter, which is strict; ShapeError where it does not have the shape."""
    try:
        return adapter.validate_json(msgspec.json.encode(document))
    except ValidationError as error:
        raise ShapeError(error, tagged=tagged) from error


def _fault(error: dict[str, Any], *, tagged: bool) -> Fault:
    place = error["loc"]
    if str(error["type"]).startswith("union_tag"):
        return Fault("/kind", _tag_detail(error))
    if tagged:
        place = place[1:]
    if str(error["type"]).startswith("missing"):
        return Fault(pointer(place), _MISSING)
    if error["type"] == "unexpected_keyword_argument":
        return Fault(
            pointer(place), "there is no such field here: leave it out, or correct its name"
        )
    return Fault(pointer(place), str(error["msg"]))


def _tag_detail(error: dict[str, Any]) -> str:
    kinds = ", ".join(sorted(KINDS))
    if error["type"] == "union_tag_not_found":
        return f"the kind is missing: write one of {kinds}"
    return f"there is no such kind: write one of {kinds}"
