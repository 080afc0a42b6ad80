"""Facts of mixed kinds, the same each time: custody, releases, totals, offers, measures, statements.

A larger record has more people, matters and offers; the numbers of bodies, places and posts stay small.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

from domain.provenance import Citation
from domain.quantity import Quantity
from tests.benchmarks.population import day
from tests.examples import fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.fact import Fact

KINDS: Final = (
    *(["custody"] * 4),
    *(["release"] * 2),
    *(["statement"] * 4),
    *("appointment", "pardon", "prisoner_count", "response", "meeting", "proposal"),
    *("measure", "measure", "incident", "agreement", "open_question", "mission"),
)
"""The kinds of the facts in order, repeated."""
FIRST_DAY: Final = 14_000
DAYS: Final = 2_000
MOST_DAYS_LATER: Final = 60
"""The most days from an event to the paper that reports it."""
CUSTODY: Final = ("detained", "charged", "remanded", "sentenced", "transferred")
VAGUE: Final = 0.1
"""The share of facts whose date is only a month."""


class Drawing:
    """Draws the fields of facts for a record of `size` facts."""

    def __init__(self, size: int, seed: int = 7) -> None:
        self._size = size
        self._random = random.Random(seed)

    def facts(self) -> Iterator[Fact]:
        """The facts, in the order of their dates."""
        for number in range(self._size):
            kind = KINDS[number % len(KINDS)]
            happened = FIRST_DAY + number * DAYS // self._size
            fields: dict[str, Any] = {"valid": day(happened)}
            if kind in _LASTING:
                fields["valid"] += "/.."
            if kind in _FIELDS:
                fields |= _FIELDS[kind](self, number)
            if self._random.random() < VAGUE:
                fields["valid"] = fields["valid"][:7] + fields["valid"][10:]
            yield fact(
                kind, external_id=f"M-{number}", citations=self._draw_citations(happened), **fields
            )

    def _draw_citations(self, happened: int) -> tuple[Citation, ...]:
        published = day(happened + self._random.randrange(MOST_DAYS_LATER))
        return (Citation(publisher=self.one_of("Paper", 20), published=published),)

    def one_of(self, what: str, count: int) -> str:
        """One of `count` names."""
        return f"{what} {self._random.randrange(count)}"

    def person(self) -> str:
        """A person whom about six facts name."""
        return self.one_of("Person", self._size // 6 + 1)

    def choice(self, *texts: str) -> str:
        """One of the texts."""
        return self._random.choice(texts)

    def number(self, low: int, high: int) -> int:
        """A number from `low` to just below `high`."""
        return self._random.randrange(low, high)

    def share(self, facts: int) -> int:
        """How many things there are, if each is named by so many facts."""
        return self._size // facts + 1


def make_mixed_facts(size: int) -> Iterator[Fact]:
    """Make so many facts of mixed kinds."""
    return Drawing(size).facts()


def _custody(drawn: Drawing, _: int) -> dict[str, Any]:
    place = drawn.one_of("Place", 30)
    return {"person": drawn.person(), "status": drawn.choice(*CUSTODY), "place": place}


def _release(drawn: Drawing, number: int) -> dict[str, Any]:
    return {"population": "political prisoners", **_draw_count(drawn, "released", number)}


def _pardon(drawn: Drawing, number: int) -> dict[str, Any]:
    return _draw_count(drawn, "pardoned", number)


def _draw_count(drawn: Drawing, what: str, _: int) -> dict[str, Any]:
    value = drawn.number(1, 60)
    quantity = Quantity(what=what, comparator="ge", value=value, text=None, basis="increment")
    wave = {"matter": drawn.one_of("wave", drawn.share(25))} if drawn.number(0, 2) else {}
    people = tuple(drawn.person() for _ in range(drawn.number(0, 3)))
    return {"quantities": (quantity,), "people": people, **wave}


def _prisoner_count(drawn: Drawing, _: int) -> dict[str, Any]:
    value = drawn.number(900, 1_500)
    quantity = Quantity(what="held", comparator="ge", value=value, text=None, basis="stock")
    return {"counted_by": drawn.one_of("Counter", 12), "quantities": (quantity,)}


def _meeting(drawn: Drawing, _: int) -> dict[str, Any]:
    return {"participants": (drawn.one_of("Envoy", 200), drawn.one_of("Speaker", 50))}


def _proposal(drawn: Drawing, _: int) -> dict[str, Any]:
    stage = drawn.choice("mooted", "discussed", "offered", "agreed")
    return {"content": drawn.one_of("proposal", drawn.share(60)), "stage": stage}


def _measure(drawn: Drawing, _: int) -> dict[str, Any]:
    stage = drawn.choice("discussed", "announced", "in_force")
    action = drawn.choice("imposed", "eased", "lifted")
    return {"target": drawn.one_of("Target", drawn.share(60)), "action": action, "stage": stage}


def _agreement(drawn: Drawing, _: int) -> dict[str, Any]:
    stage = drawn.choice("signed", "in_force", "ended")
    return {"title": drawn.one_of("Agreement", drawn.share(80)), "stage": stage}


def _appointment(drawn: Drawing, _: int) -> dict[str, Any]:
    return {"person": drawn.one_of("Envoy", 200), "post": drawn.one_of("Post", 40)}


def _mission(drawn: Drawing, _: int) -> dict[str, Any]:
    return {"post": drawn.one_of("Mission", 20), "status": drawn.choice("open", "closed")}


_LASTING: Final = ("custody", "appointment", "mission")
_FIELDS: Final[dict[str, Callable[[Drawing, int], dict[str, Any]]]] = {
    "custody": _custody,
    "release": _release,
    "pardon": _pardon,
    "prisoner_count": _prisoner_count,
    "meeting": _meeting,
    "proposal": _proposal,
    "measure": _measure,
    "agreement": _agreement,
    "appointment": _appointment,
    "mission": _mission,
    "statement": lambda drawn, _: {"speaker": drawn.one_of("Speaker", drawn.share(50))},
    "response": lambda drawn, _: {"asked": drawn.one_of("Ministry", 40)},
    "open_question": lambda _, number: {"question": f"Question {number}?"},
}
