"""Reports the faults of a name for the form that was sent: a text, or an object with an id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pydantic_core import ErrorDetails

from domain.named import Named

_TEXT: Final = "str"
_OBJECT: Final = Named.__name__
_NAME: Final = "name"
_NAME_EXPECTED: Final = "write a name: a text, or an object with name and id"


def of_one_form(errors: Sequence[ErrorDetails]) -> list[dict[str, Any]]:
    """The faults as pydantic tells them, of each name one form's alone; it tells of both, by their types' names."""
    objects = {error["loc"][:-1] for error in errors if error["loc"][-1:] == (_OBJECT,)}
    faults: list[dict[str, Any]] = []
    for error in errors:
        place, last = error["loc"], error["loc"][-1:]
        if last == (_TEXT,) and error["loc"][:-1] in objects:
            faults.append({**error, "loc": place[:-1], "type": _NAME, "msg": _NAME_EXPECTED})
        elif last not in ((_TEXT,), (_OBJECT,)):
            faults.append({**error, "loc": tuple(part for part in place if part != _OBJECT)})
    return faults
