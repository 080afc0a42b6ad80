"""Recognises what is written where no name is known: recorded as a name, "N/A" would be a person who is counted.

As a matter it would make one question of all facts that have it, and as an origin one origin of all reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.errors import Fault
from domain.named import fields_naming, text_of
from domain.naming import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.fact import Fact

_WORDS: Final = frozenset(
    (
        *("n/a", "#n/a", "n.a.", "none", "null", "nil", "unknown", "not known", "name unknown", "names unknown"),
        *("not named", "no name", "no names", "nobody", "no one", "tbd", "tba", "tbc", "to be confirmed"),
        *("#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", "undefined", "(blank)", "(none)", "(unknown)"),
        *("н/д", "нет данных", "неизвестно", "неизвестный", "неизвестен", "неизвестные", "нет"),
        *("unnamed", "unidentified", "undisclosed"),
        *("невядома", "невядомы", "невядомыя", "няма", "няма даных", "няма звестак"),
        *("немає даних", "невідомо", "невідомий", "невідомі", "немає", "ніхто", "никто"),
    )
)  # fmt: skip
_MARKS: Final = frozenset(" -_.?!*#/\\\"'")
NO_NAME: Final = (
    "this is written where no name is known, and would be recorded as a name: leave the field out, or write a name or a"
    " description, such as 'a spokesman of the ministry'"
)
NO_MATTER: Final = (
    "this stands for no matter, and would join all facts that have it: leave the field out"
)
NO_ORIGIN: Final = (
    "this stands for no origin, and would join all reports that have it: leave the field out"
)


def placeholder_faults(fact: Fact, standing: Fact | None = None) -> Iterable[Fault]:
    """A fault for each name, matter and origin that is none, unless the version before it (`standing`) has it."""
    kept = {text for _, text, _ in _texts_in(standing)} if standing is not None else set()
    for pointer, text, detail in _texts_in(fact):
        if text not in kept and _is_placeholder(text):
            yield Fault(pointer, detail)


def _texts_in(fact: Fact) -> Iterable[tuple[str, str, str]]:
    """Each text in question, with its place and the detail of its fault."""
    for field in fields_naming(type(fact)):
        value = getattr(fact, field)
        if isinstance(value, tuple):
            yield from ((f"/{field}/{at}", text_of(name), NO_NAME) for at, name in enumerate(value))
        elif value is not None:
            yield f"/{field}", text_of(value), NO_NAME
    if fact.matter is not None:
        yield "/matter", fact.matter, NO_MATTER
    for at, citation in enumerate(fact.citations):
        if citation.origin is not None:
            yield f"/citations/{at}/origin", citation.origin, NO_ORIGIN


def _is_placeholder(text: str) -> bool:
    folded = fold_name(text)
    return folded in _WORDS or (folded != "" and _MARKS.issuperset(folded))
