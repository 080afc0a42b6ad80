"""Checks a fact before it is recorded or changed, and finds every fault that it has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar
from weakref import WeakValueDictionary

from domain.errors import ContentError, Fault
from domain.fact import LONGEST_NAME, Fact, as_primitives, list_field_names
from domain.named import LONGEST_ID, Named
from domain.placeholders import placeholder_faults
from domain.provenance import check_citation, check_link
from domain.quantity import Quantity, fill_bounds
from domain.texts import (
    LONGEST_LIST,
    LONGEST_LISTS,
    MOST_CITATIONS,
    MOST_QUANTITIES,
    id_faults,
    list_texts,
    text_fault,
    text_faults,
)
from domain.time.edtf_fault import ValidTimeError
from domain.time.edtf_meant import explain
from domain.time.valid_time import ValidTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

P = TypeVar("P")
R = TypeVar("R")


def check_fact(fact: Fact, standing: Fact | None = None) -> Fact:
    """The fact with its quantities' bounds filled in; ContentError with every fault that it has.

    `standing` is the version before it: texts, quantities and citations that it has already are not checked again. A
    fact that this function returned before passes unchanged.
    """
    if standing is None and _CHECKED.get(id(fact)) is fact:
        return fact
    sound = _is_sound(fact, "")
    faults = [
        *([] if sound else _text_faults(fact, standing)),
        *placeholder_faults(fact, standing),
        *_find_valid_faults(fact),
        *_size_faults(fact),
        *([] if sound else id_faults(as_primitives(fact))),
        *fact.find_own_faults(),
    ]
    quantities: list[Quantity] = []
    for index, quantity in enumerate(fact.quantities[:MOST_QUANTITIES]):
        complete, wrong = collect_faults(f"/quantities/{index}", fill_bounds, quantity)
        if wrong and standing is not None:
            complete = next(
                (stored for stored in standing.quantities if _is_sent(stored, quantity)), None
            )
        faults += wrong if complete is None else []
        quantities += [] if complete is None else [complete]
    for index, citation in enumerate(fact.citations[:MOST_CITATIONS]):
        if standing is None or citation not in standing.citations:
            faults += collect_faults(f"/citations/{index}", check_citation, citation)[1]
    for index, link in enumerate(fact.links):
        faults += collect_faults(f"/links/{index}", check_link, link)[1]
    if faults:
        raise ContentError(*faults)
    filled = tuple(quantities)
    whole = fact if filled == fact.quantities else replace(fact, quantities=filled)
    if standing is None:
        _CHECKED[id(whole)] = whole
    return whole


def take_as_checked(fact: Fact) -> Fact:
    """Take a fact as checked: it was read back from the stored form of a fact that `check_fact` returned."""
    _CHECKED[id(fact)] = fact
    return fact


_CHECKED: Final[WeakValueDictionary[int, Fact]] = WeakValueDictionary()
"""Facts that have passed `check_fact`, by identity, so that parsing and deciding do not check one twice."""


def _is_sound(value: object, field: str = "") -> bool:
    """Whether no text, list or id in a value has a fault; if one has, it is looked for again, with its place."""
    if isinstance(value, str):
        return text_fault(value, field) is None
    if isinstance(value, tuple):
        longest = LONGEST_LISTS.get(field, LONGEST_LIST)
        return len(value) <= longest and all(map(_is_sound, value))
    names = list_field_names(type(value))
    if names is None:
        return not isinstance(value, (list, dict))
    for name in names:
        part = getattr(value, name)
        if not (part is None or part == () or _is_sound(part, name)):
            return False
    return not (isinstance(value, Named) and len(value.id) > LONGEST_ID)


def _text_faults(fact: Fact, standing: Fact | None) -> Sequence[Fault]:
    kept = () if standing is None else list_texts(as_primitives(standing))
    return text_faults(as_primitives(fact), frozenset(kept))


def _is_sent(kept: Quantity, sent: Quantity) -> bool:
    """Whether a sent quantity is one that the fact has already, with its stored bounds or without bounds."""
    return sent in (kept, replace(kept, low=None, high=None))


def collect_faults(pointer: str, check: Callable[[P], R], part: P) -> tuple[R | None, list[Fault]]:
    """The result of a check of one part, None if it has faults, and the faults with `pointer` before their places."""
    try:
        return check(part), []
    except ContentError as error:
        return None, [*error.under(pointer).faults]


def _find_valid_faults(fact: Fact) -> list[Fault]:
    try:
        ValidTime.parse(fact.valid)
    except ValidTimeError as error:
        return [Fault("/valid", explain(error))]
    return []


def _size_faults(fact: Fact) -> Iterable[Fault]:
    if not fact.citations:
        detail = "write at least one citation: the publisher, and the address and day of publication if known"
        yield Fault("/citations", detail)
    for name in ("matter", "external_id"):
        text = getattr(fact, name)
        if text is not None and len(text) > LONGEST_NAME:
            yield Fault(f"/{name}", f"write at most {LONGEST_NAME} characters, not {len(text)}")
