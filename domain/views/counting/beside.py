"""Lists the numbers that the counted facts give besides, such as how many of the released are women.

They count a part of the others, or something else. They are never added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.naming import fold_name
from domain.views.counting.figures import Figure, has_total, numbers_of
from domain.views.counting.stretch import counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.fact import Fact
    from domain.quantity import Quantity
    from domain.time.perspective import Perspective
    from domain.views.rivalry.candidates import Candidate


def list_beside(
    candidates: Iterable[Candidate],
    what: str,
    perspective: Perspective,
    within: Iterable[Figure] = (),
) -> list[Figure]:
    """The other numbers of the facts whose numbers of `what` are counted, and numbers of `what` that add to nothing.

    `within` are numbers of `what` that are not added because other numbers include them, such as a part's. A release
    belongs to the facts that count `released`, even if it says only how many women were freed. The numbers are in the
    order of valid time, and those of one fact are in its own order.
    """
    telling = [one for one in candidates if one.inside is not None and counts(one, perspective)]
    figures = [
        Figure(number, one) for one in telling for number in _list_numbers_beside(one.fact, what)
    ]
    return sorted([*within, *figures], key=_order_of)


def _order_of(figure: Figure) -> tuple[int, int, int]:
    return (*figure.candidate.starts, figure.candidate.version.first_position)


def _list_numbers_beside(fact: Fact, what: str) -> Iterator[Quantity]:
    """The numbers that a fact gives beside those of `what` that are counted."""
    own = numbers_of(fact, what)
    belongs = has_total(fact, what) or any(number.basis == "stock" for number in own)
    for counted, numbers in fact.numbers.items():
        for number in (
            number for number in numbers if counted == fold_name(what) or number not in own
        ):
            if belongs if counted != fold_name(what) else number.basis is None:
                yield number
