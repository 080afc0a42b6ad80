"""A total is the interval sum of the recorded numbers, one for each question, and it says what it rests on.

A number that is only possible adds to the high bound alone. A missing number does not count as 0: where a fact names
people and gives no number, the names raise the low bound; a fact that cannot be added is listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from domain.fact import as_primitives
from domain.quantity import NOT_COUNTED, NOTHING_RECORDED, Total
from domain.register import Register, Shape
from domain.views.counting.figures import Figure, find_figure, has_total, numbers_of, standing_bound
from domain.views.counting.parts import Part, add_parts, part_of
from domain.views.counting.unnumbered import count_names
from domain.views.entries import list_resolved
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.questions import find_questions
from domain.views.sections import Listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.quantity import Basis, Quantity
    from domain.time.perspective import Perspective
    from domain.views.sections import Rest

_MOST_WORDS: Final = 5
_LONGEST_WORDS: Final = 60
_PART: Final = Register("", Shape.TOTAL)
SUM_LISTS: Final = ("facts", "cumulative", "uncounted", "")
"""The lists that a total has, as `sum_lists` gives them."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum with the parts, figures and uncounted facts that it rests on."""

    total: Total
    text: str
    contested: bool
    parts: Sequence[Part]
    cumulative: Sequence[Figure]
    uncounted: Sequence[Candidate]

    def describe(self) -> dict[str, Any]:
        """{low, high, approximate, text, contested, rests_on}."""
        return {
            "low": self.total.low,
            "high": self.total.high,
            "approximate": self.total.approximate,
            "text": self.text,
            "contested": self.contested,
            "rests_on": self._rests_on(),
        }

    def _rests_on(self) -> str:
        said = [
            _number(len(self.parts), "number added", "numbers added"),
            _number(len(self.cumulative), "cumulative figure", "cumulative figures"),
            _number(len(self.uncounted), "fact not counted", "facts not counted"),
        ]
        said += list_readings(part.quantity for part in self.parts)
        said += list_readings(each.quantity for each in self.cumulative)
        words = ", ".join(each for each in dict.fromkeys(said) if each) or "no fact"
        return f"{words}; sources disagree" if self.contested else words


def list_readings(quantities: Iterable[Quantity]) -> list[str]:
    """The words that have no number in them, such as "dozens", each with what it is read as; at most `_MOST_WORDS`."""
    found = dict.fromkeys(
        f"“{each.text[:_LONGEST_WORDS]}” read as {_bound(each)}"
        for each in quantities
        if each.text and each.value is None and each.high is None
    )
    return list(islice(found, _MOST_WORDS))


def _bound(quantity: Quantity) -> str:
    return "no bound" if quantity.low is None else f"at least {quantity.low}"


def _number(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}" if count else ""


def sum_facts(
    candidates: Iterable[Candidate],
    what: str,
    perspective: Perspective,
    *,
    stretch: bool = False,
    until: int | None = None,
) -> Sum:
    """The sum of `what` over the facts that hold; cumulative figures do not bound the sum of a `stretch` of time.

    With `until`, in microseconds UTC, only those bound it whose time has surely passed by then: a figure for November
    says nothing of what had happened by January.

    The sum is open where `match=certain` leaves out what is only possible.
    """
    every = [
        each for each in candidates if has_total(each.fact, what) or numbers_of(each.fact, what)
    ]
    held = [each for each in every if each.holds]
    asked = find_questions(every)
    numbered = [
        part_of(each.facts, what, "increment", each.supporting, each.against)
        for each in asked.questions
    ]
    parts = [each for each in numbered if each is not None]
    rest = [q for q, part in zip(asked.questions, numbered, strict=True) if part is None]
    named, uncounted, open_ = count_names(rest, parts, what)
    parts = sorted(
        [*parts, *named], key=lambda part: (part.shown.starts[0], part.shown.version.first_position)
    )
    cumulative = _figures(held, what, "cumulative")
    by = perspective.as_of if until is None else min(until, perspective.as_of)
    bound, disagree = (0, False) if stretch else standing_bound(cumulative, by)
    open_ = open_ or perspective.match == "certain" or (bool(cumulative) and not stretch)
    added = add_parts(parts)
    total = replace(added, low=max(added.low, bound), high=None if open_ else added.high)
    contested = disagree or any(part.contested for part in parts)
    text = total.text
    if not parts and not bound:
        left_out = len(held) < len(every) or (bool(cumulative) and not stretch)
        text = "at least 0" if left_out else NOT_COUNTED if every else NOTHING_RECORDED
        total = Total(0, None, 0)
    return Sum(total, text, contested, parts, cumulative, uncounted)


def _figures(candidates: Iterable[Candidate], what: str, basis: Basis) -> list[Figure]:
    given = ((each, find_figure(each.fact, what, basis)) for each in candidates)
    found = [Figure(quantity, each) for each, quantity in given if quantity is not None]
    return sorted(
        found, key=lambda each: (*each.candidate.starts, each.candidate.version.first_position)
    )


def describe_total(
    register: Register, candidates: Sequence[Candidate], perspective: Perspective, rest: Rest | None
) -> dict[str, Any]:
    """The sum as an interval and in words, and the lists of what it rests on."""
    found = sum_facts(candidates, register.summed or "", perspective)
    shown = found.describe()
    for part, each in sum_lists(found, rest).items():
        path = f"{register.section}.{part}" if part else register.section
        each.fill(shown, part or "parts", path, rest)
    return shown


def sum_lists(found: Sum, rest: Rest | None) -> dict[str, Listed]:
    """The lists of a total by name; the name of the list of parts is empty."""
    parts = found.parts
    at = [(part.shown.starts[0], part.shown.version.first_position) for part in parts]
    facts = [str(part.shown.id) for part in parts]
    running = [
        (each.candidate.starts[0], each.candidate.version.first_position)
        for each in found.cumulative
    ]
    uncounted = [(0, each.version.first_position) for each in found.uncounted]
    ids = [str(each.id) for each in found.uncounted]

    def more(index: int) -> dict[str, Any]:
        part = parts[index]
        return {"matter": part.shown.fact.matter, "quantity": as_primitives(part.quantity)}

    return {
        "facts": Listed(at, facts.__getitem__),
        "cumulative": Listed(running, lambda index: found.cumulative[index].describe()),
        "uncounted": Listed(uncounted, ids.__getitem__),
        "": list_resolved(_PART, at, lambda index: parts[index].resolved, rest, more),
    }
