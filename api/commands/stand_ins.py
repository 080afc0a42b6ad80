"""Puts valid stand-ins in the place of parts with a wrong shape, so that other faults can be found too.

A document with stand-ins is only checked, and never recorded.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from copy import deepcopy
from functools import cache, lru_cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from api.commands.json_text import pointer
from domain.errors import Fault

Place = tuple[str | int, ...]

_DATES: Final = frozenset({"valid", "ended"})
_WHOLE: Final = "quantities"
"""A list of objects whose parts belong together: if one part is wrong, no faults of the others are listed."""


def put_stand_ins(document: dict[str, Any], places: Iterable[Place], cls: type) -> dict[str, Any]:
    """A copy without the values at these places; where a value is required, it has one of the right shape."""
    copy = deepcopy(document)
    for place in places:
        if not place:
            continue
        holder: Any = copy
        for step in place[:-1]:
            holder = _part(holder, step)
        _put_stand_in(holder, place[-1], _hint(cls, place))
    return copy


@lru_cache(maxsize=512)
def choices_at(cls: type, place: Place) -> tuple[str, ...]:
    """The values that a place of a dataclass may have, if only certain values are allowed; else empty."""
    hint = _hint(cls, place)
    options = _options(hint.hint) if isinstance(hint, _Field) else ()
    listed = (get_args(option) for option in options if get_origin(option) is Literal)
    return tuple(str(value) for values in listed for value in values)


def faults_elsewhere(faults: Iterable[Fault], places: Iterable[Place]) -> list[Fault]:
    """The faults that lie at none of these places, nor in parts that depend on them."""
    kept_out = [pointer(place[:2] if place[:1] == (_WHOLE,) else place) for place in places]
    return [
        fault
        for fault in faults
        if not any(
            fault.pointer == place or fault.pointer.startswith(f"{place}/") for place in kept_out
        )
    ]


def _part(holder: Any, step: str | int) -> Any:  # noqa: ANN401 -- a part of any JSON
    if isinstance(step, int):
        return holder[step] if isinstance(holder, list) and step < len(holder) else None
    return holder.get(step) if isinstance(holder, dict) else None


def _put_stand_in(holder: Any, step: str | int, hint: Any) -> None:  # noqa: ANN401 -- a part of any JSON, a type hint
    if isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        holder[step] = _filler(hint, "")
    elif isinstance(holder, dict) and isinstance(step, str):
        holder.pop(step, None)
        if hint is not None and not _may_be_left_out(hint):
            holder[step] = _filler(hint, step)


@dataclasses.dataclass(frozen=True)
class _Field:
    """The type hint of a field, and whether it may be left out."""

    hint: Any
    optional: bool


def _may_be_left_out(hint: Any) -> bool:  # noqa: ANN401 -- a type hint is anything
    return isinstance(hint, _Field) and hint.optional


def _hint(cls: type, place: Place) -> Any:  # noqa: ANN401 -- a type hint is anything
    """The type at a place of a dataclass; None if it has no such place."""
    hint: Any = cls
    for step in place:
        options = _options(hint.hint if isinstance(hint, _Field) else hint)
        holder = next((option for option in options if _holds(option, step)), None)
        if holder is None:
            return None
        hint = _entry(holder, step)
    return hint


def _holds(option: Any, step: str | int) -> bool:  # noqa: ANN401 -- the same
    if isinstance(step, int):
        return get_origin(option) is tuple
    return dataclasses.is_dataclass(option) and step in {f.name for f in dataclasses.fields(option)}


def _entry(holder: Any, step: str | int) -> Any:  # noqa: ANN401 -- the same
    if isinstance(step, int):
        return get_args(holder)[0]
    (field,) = (field for field in dataclasses.fields(holder) if field.name == step)
    optional = not (
        field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    )
    return _Field(_evaluate_hints(holder)[step], optional)


@cache
def _evaluate_hints(cls: type) -> dict[str, Any]:
    """The type hints of a dataclass, kept because it takes milliseconds to evaluate them."""
    return get_type_hints(cls)


def _options(hint: Any) -> Sequence[Any]:  # noqa: ANN401 -- the same
    if get_origin(hint) is Annotated:
        return _options(get_args(hint)[0])
    if get_origin(hint) in {Union, UnionType}:
        return [choice for option in get_args(hint) for choice in _options(option)]
    return (hint,)


def _filler(hint: Any, name: str) -> Any:  # noqa: ANN401 -- the same
    """A valid value of a type, as JSON."""
    (option, *_) = _options(hint.hint if isinstance(hint, _Field) else hint)
    if get_origin(option) is Literal:
        return get_args(option)[0]
    if get_origin(option) is tuple:
        return []
    if dataclasses.is_dataclass(option):
        fields = {field.name: _entry(option, field.name) for field in dataclasses.fields(option)}
        return {key: _filler(each, key) for key, each in fields.items() if not each.optional}
    fillers: dict[Any, Any] = {str: "2000" if name in _DATES else "x", int: 1, bool: True}
    return fillers.get(option, {})
