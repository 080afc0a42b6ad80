"""Makes the totals of the state, with the lists of the facts that they rest on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from domain.fact import as_primitives
from domain.register import Register, Shape
from domain.views.counting.totals import Sum, find_addends, sum_groups
from domain.views.entries import list_resolved
from domain.views.sections import Listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.time.perspective import Perspective
    from domain.views.counting.contributions import Contributions
    from domain.views.counting.doubtful import Addends
    from domain.views.rivalry.answered import Answered
    from domain.views.sections import Rest

_PART: Final = Register("", Shape.TOTAL)
SUM_LISTS: Final = ("facts", "cumulative", "uncounted", "")
"""The lists that a total has, as `sum_lists` gives them."""


def sum_answered(
    what: str, answered: Iterable[Answered], perspective: Perspective, kept: Contributions
) -> Sum:
    """The sum of `what` from groups of facts between which there is no tie."""

    def find(group: Answered) -> Addends:
        return find_addends(group.candidates, what, perspective, kept)

    return sum_groups([kept.addends(group, what, find) for group in answered], what, perspective)


def describe_total(
    register: Register,
    answered: Iterable[Answered],
    perspective: Perspective,
    rest: Rest | None,
    kept: Contributions,
) -> dict[str, Any]:
    """The total of a register as the state shows it: {low, high, …, rests_on} with the lists of `sum_lists`.

    No tie connects the facts of one of `answered` with those of another.
    """
    sum_ = sum_answered(register.summed or "", answered, perspective, kept)
    shown = sum_.describe()
    for part, items in sum_lists(sum_, rest, kept).items():
        path = f"{register.section}.{part}" if part else register.section
        items.fill(shown, part or "parts", path, rest)
    return shown


def sum_lists(sum_: Sum, rest: Rest | None, kept: Contributions | None = None) -> dict[str, Listed]:
    """{name: list} of the facts that a total rests on; the list of its parts has the empty name."""
    parts = sum_.parts
    at = [part.shown.order for part in parts]
    running = [figure.candidate.order for figure in sum_.cumulative]
    left = [item.candidate for item in sum_.uncounted]
    uncounted = [(0, candidate.version.first_position) for candidate in left]
    ids = [str(candidate.id) for candidate in left]

    def more(index: int) -> dict[str, Any]:
        part = parts[index]
        return {"matter": part.shown.fact.matter, "quantity": as_primitives(part.quantity)}

    resolved = listed = list_resolved(_PART, at, lambda index: parts[index].resolved, rest, more)
    if kept is not None:
        listed = replace(
            listed,
            item=lambda index: kept.entry(parts[index], partial(resolved.item, index)),
            weigh=lambda index, entry: kept.weigh(parts[index], entry),
        )
    return {
        "facts": Listed(at, lambda index: str(parts[index].shown.id)),
        "cumulative": Listed(running, lambda index: sum_.cumulative[index].describe()),
        "uncounted": Listed(uncounted, ids.__getitem__),
        "": listed,
    }
