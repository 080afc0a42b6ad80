"""Applies the change that one event made to a fact to another content of the fact, which lacks some other changes.

The change is the difference between the full content before the event and after it. Fields that the event did not
change keep the value that they have in the other content.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from domain.named import text_of
from domain.provenance import Citation, Link
from domain.quantity import Quantity
from domain.time.edtf_fault import ValidTimeError
from domain.time.valid_time import ValidTime

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from domain.fact import Fact

_MISSING: Final = object()
_AMOUNT: Final = ("comparator", "value", "text", "low", "high")
"""The fields of a quantity that say one thing together."""
_Identity = tuple["Callable[[Any], Hashable]", ...]
_IDENTITIES: Final[dict[type, _Identity]] = {
    Citation: (
        lambda each: each.url and ("url", each.url),
        lambda each: (each.publisher, each.title),
        lambda each: each.publisher,
    ),
    Link: (lambda each: each.fact,),
    Quantity: (lambda each: (each.what, each.basis), lambda each: each.what),
}
"""What identifies an item although it was changed, the surest first. Where one gives None, the next is tried."""


def merge_fact(current: Fact, before: Fact, after: Fact) -> Fact | None:
    """`current` with the changes from `before` to `after`; None if the result is no valid fact.

    Lists are merged item by item. Start and end of an interval are merged separately.
    """
    if current == before:
        return after
    moved = type(before) is not type(after)
    target = type(after) if moved else type(current)
    changed = {
        name: merge_value(
            name, getattr(current, name, _MISSING), getattr(before, name, _MISSING), new
        )
        for name, new in _fields(after).items()
        if new != getattr(before, name, _MISSING)
    }
    names = {field.name for field in dataclasses.fields(target)}
    if not moved and not changed.keys() <= names:
        return None
    values = {**(_fields(after) if moved else {}), **_fields(current), **changed}
    merged = target(**{name: value for name, value in values.items() if name in names})
    return merged if _is_valid(merged, current) else None


def _fields(fact: Fact) -> dict[str, Any]:
    return {field.name: getattr(fact, field.name) for field in dataclasses.fields(fact)}


def _is_valid(fact: Fact, before: Fact) -> bool:
    """Whether a merged fact has a readable valid time, and a source where it had one; no other rule applies here."""
    try:
        ValidTime.parse(fact.valid)
    except ValidTimeError:
        return False
    return bool(fact.citations) or not before.citations


def merge_value(name: str, current: Any, old: Any, new: Any) -> Any:  # noqa: ANN401 -- a fact's field may be anything
    """The `current` value of a field with the change from `old` to `new`; a list is merged item by item."""
    if current is _MISSING or current == old:
        return new
    if isinstance(new, tuple):
        return _items(current, () if old is _MISSING else old, new)
    return _interval(current, old, new) if name == "valid" else new


def _interval(current: str, old: str, new: str) -> str:
    """The `current` valid time; its start, and what follows the start, are taken from `new` where they changed."""
    now, was, is_ = (text.partition("/") for text in (current, old, new))
    start = now[0] if was[0] == is_[0] else is_[0]
    rest = now[1:] if was[1:] == is_[1:] else is_[1:]
    return "".join((start, *rest))


def _items(current: Sequence[Any], old: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
    became = _pairs(old, new)
    stood = _pairs(current, old)
    added = [at for at in range(len(new)) if at not in became.values()]
    again = _pairs(
        [item for at, item in enumerate(current) if at not in stood], [new[at] for at in added]
    )
    items: list[Any] = []
    shown: set[int] = set()
    unknown = 0
    for at, item in enumerate(current):
        if at in stood:
            to = became.get(stood[at])
            if to is not None:
                items.append(_merge(item, old[stood[at]], new[to]))
        else:
            readded = again.get(unknown)
            to = None if readded is None else added[readded]
            items.append(item if to is None else new[to])
            unknown += 1
        shown |= set() if to is None else {to}
    unchanged = {to for at, to in became.items() if old[at] == new[to]}
    items += [new[at] for at in range(len(new)) if at not in shown | unchanged]
    return tuple(items)


def _pairs(first: Sequence[Any], second: Sequence[Any]) -> dict[int, int]:
    """{place in `first`: place in `second`} of the same item; each place at most once, equal items first."""
    pairs: dict[int, int] = {}
    some = next(iter((*first, *second)), None)
    for key in (lambda item: item, *_IDENTITIES.get(type(some), (text_of,))):
        waiting = _by_key(second, key, set(pairs.values()))
        for at, item in enumerate(first):
            places = waiting.get(key(item)) if at not in pairs else None
            if places:
                pairs[at] = places.pop(0)
    return pairs


def _by_key(
    items: Sequence[Any], key: Callable[[Any], Hashable], taken: Iterable[int]
) -> dict[Hashable, list[int]]:
    places: dict[Hashable, list[int]] = defaultdict(list)
    for at, item in enumerate(items):
        if at not in taken and key(item) is not None:
            places[key(item)].append(at)
    return places


def _merge(current: Any, old: Any, new: Any) -> Any:  # noqa: ANN401 -- an item may be anything
    if old == new:
        return current
    if current == old or not dataclasses.is_dataclass(new):
        return new
    if not type(current) is type(old) is type(new):
        return new
    names = [field.name for field in dataclasses.fields(new)]
    changed = {name for name in names if getattr(old, name) != getattr(new, name)}
    if changed.intersection(_AMOUNT):
        changed |= set(_AMOUNT)
    unchanged = {name: getattr(current, name) for name in names if name not in changed}
    return replace(new, **unchanged)  # type: ignore[type-var]
