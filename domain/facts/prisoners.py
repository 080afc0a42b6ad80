"""Those who are held, pardoned and freed, one by one and by the count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from domain.fact import Fact, kind
from domain.holding import Holding
from domain.named import Place, Population, Somebody
from domain.register import Answer, Register, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable

RELEASED: Final = Register("prisoners.released", Shape.TOTAL, summed="released")
PARDONED: Final = Register("prisoners.pardoned", Shape.TOTAL, summed="pardoned")
HELD: Final = Register("prisoners.held", succession=True)
CUSTODY: Final = Register("custody", succession=True)
_PERSON: Final = frozenset({"person"})


@kind(holds=Holding.ONWARD, registers=(PARDONED,))
@dataclass(frozen=True, kw_only=True)
class Pardon(Fact):
    """`granted_by` pardoned some of `population`."""

    kind: Literal["pardon"] = "pardon"
    granted_by: Somebody
    population: Population | None = None

    def answers(self) -> Iterable[Answer]:
        """How many were pardoned."""
        yield Answer(PARDONED, {})


@kind(holds=Holding.ONWARD, registers=(RELEASED, CUSTODY))
@dataclass(frozen=True, kw_only=True)
class Release(Fact):
    """Some of `population` were freed; `people` are those freed by name, taken to `destination`."""

    kind: Literal["release"] = "release"
    population: Population | None = None
    destination: Place | None = None

    def answers(self) -> Iterable[Answer]:
        """How many were freed, and for each person named that they are free."""
        yield Answer(RELEASED, {})
        for person in self.people:
            shows = {"status": "free", "place": self.destination}
            yield Answer(CUSTODY, {"person": person}, shows, _PERSON, ("status",))


@kind(holds=Holding.PERIOD, registers=(CUSTODY,))
@dataclass(frozen=True, kw_only=True)
class Custody(Fact):
    """`person` is detained, sentenced, transferred or missing while the period runs."""

    kind: Literal["custody"] = "custody"
    person: Somebody
    status: Literal["detained", "sentenced", "transferred", "missing"]
    place: Place | None = None

    def answers(self) -> Iterable[Answer]:
        """Where the person is."""
        shows = {"status": self.status, "place": self.place}
        yield Answer(CUSTODY, {"person": self.person}, shows, _PERSON, ("status",))


@kind(holds=Holding.UNTIL_NEXT, registers=(HELD,))
@dataclass(frozen=True, kw_only=True)
class PrisonerCount(Fact):
    """`counted_by` counts how many of `population` are held; it stands until the same counter's next."""

    kind: Literal["prisoner_count"] = "prisoner_count"
    population: Population
    counted_by: Somebody

    def answers(self) -> Iterable[Answer]:
        """How many are held, by this counter's count."""
        held = next((quantity for quantity in self.quantities if quantity.counted == "held"), None)
        key = {"population": self.population, "counted_by": self.counted_by}
        yield Answer(
            HELD,
            key,
            {"quantity": held or next(iter(self.quantities), None)},
            compared=("quantity",),
        )
