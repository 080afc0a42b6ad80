"""Recognises what is written where no name is known: recorded as a name, "N/A" would be a person who is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.errors import Fault
from domain.named import Sort, fields_naming, text_of
from domain.naming import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.named import Name

__all__ = ["placeholder_faults"]

_WORDS: Final = frozenset(
    (
        *("n/a", "#n/a", "n.a.", "none", "null", "nil", "unknown", "not known", "name unknown", "names unknown"),
        *("not named", "no name", "no names", "nobody", "no one", "tbd", "tba", "tbc", "to be confirmed"),
        *("#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", "undefined", "(blank)", "(none)", "(unknown)"),
        *("н/д", "нет данных", "неизвестно", "неизвестный", "неизвестен", "неизвестные", "нет"),
        *("немає даних", "невідомо", "невідомий", "невідомі", "немає", "ніхто", "никто"),
    )
)  # fmt: skip
_MARKS: Final = frozenset(" -_.?!*#/\\\"'")
_DETAIL: Final = (
    "this is written where no name is known, and would be recorded as somebody of that name: leave the field out, or"
    " write a name or a description, such as 'a spokesman of the ministry'"
)


def placeholder_faults(fact: object, standing: object | None = None) -> Iterable[Fault]:
    """A fault for each name of somebody in a fact that is none, unless the version before it (`standing`) has it."""
    kept = {text_of(name) for _, name in _names_in(standing)} if standing is not None else set()
    for pointer, name in _names_in(fact):
        text = text_of(name)
        if text not in kept and _is_placeholder(text):
            yield Fault(pointer, _DETAIL)


def _names_in(fact: object) -> Iterable[tuple[str, Name]]:
    for field, sort in fields_naming(type(fact)).items():
        value = getattr(fact, field)
        if sort is not Sort.SOMEBODY or value is None:
            continue
        if not isinstance(value, tuple):
            yield f"/{field}", value
            continue
        for index, name in enumerate(value):
            yield f"/{field}/{index}", name


def _is_placeholder(text: str) -> bool:
    folded = fold_name(text)
    return folded in _WORDS or (folded != "" and _MARKS.issuperset(folded))
