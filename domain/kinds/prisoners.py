"""Those who are held, pardoned and freed, one by one and by the count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NotRequired

from typing_extensions import TypedDict

from domain.count_words import EVERYBODY
from domain.errors import Fault
from domain.fact import Fact, kind
from domain.later import later
from domain.named import Body, Name, Person, Place, Population, Somebody, key_of
from domain.naming import fold_name
from domain.quantity import Quantity, merge_numbers
from domain.register import Aside, Register, RegisterEntry, Shape, Succession, sharper_than
from domain.time.edtf_fault import ValidTimeError
from domain.time.edtf_meant import explain
from domain.time.holding import Holding, window
from domain.time.instant import END
from domain.time.valid_time import ValidTime

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.time.holding import Window

RELEASED: Final = Register("prisoners.released", Shape.TOTAL, summed="released")
PARDONED: Final = Register("prisoners.pardoned", Shape.TOTAL, summed="pardoned")
PARDONS: Final = Aside("pardoned", many=False, ended_by=frozenset({Holding.PERIOD}))
PARTS: Final = Aside(
    "also_counted", many=True, ended_by=frozenset({Holding.UNTIL_NEXT}), by="quantity"
)
CustodyStatus = Literal[
    "detained",
    "charged",
    "remanded",
    "sentenced",
    "house_arrest",
    "transferred",
    "missing",
    "disappeared",
    "exiled",
    "died",
]


class PrisonerCountEntry(TypedDict):
    """How many are held, by the last count of a counter."""

    population: str
    counted_by: str
    counted_by_id: NotRequired[str]
    quantity: Quantity | None


class CustodyEntry(TypedDict):
    """Where a person is, or what became of them."""

    person: str
    person_id: str | None
    status: Literal[CustodyStatus, "free", "pardoned"]
    place: str | None
    sentence_ends: str | None


HELD: Final = Register(
    "prisoners.held",
    succession=Succession.LATER,
    counts="held",
    asides=(PARTS,),
    entry=PrisonerCountEntry,
)
CHARGED: Final = "charged"
"""The status that does not say where somebody is: they may be held, free, or missing."""
_DIED: Final = "died"
_SHARPER: Final = sharper_than(
    {
        CHARGED: "detained",
        "remanded": "detained charged",
        "house_arrest": "detained charged",
        "sentenced": "detained charged house_arrest",
        "transferred": "detained charged remanded sentenced",
        "missing": CHARGED,
        "disappeared": "missing charged",
        "free": CHARGED,
        "exiled": "free charged",
        _DIED: "detained charged remanded sentenced house_arrest transferred missing disappeared",
    }
)
"""Of several statuses of one day the more specific, or the one that comes later in any case."""
CUSTODY: Final = Register(
    "custody",
    succession=Succession.LATER,
    asides=(PARDONS,),
    sharper={"status": _SHARPER},
    entry=CustodyEntry,
)
_PERSON: Final = frozenset({"person"})
_CONFINED: Final = frozenset({"detained", "remanded", "sentenced", "house_arrest"})
"""The statuses of those who stay in one place."""


@kind(holds=Holding.ONWARD, registers=(PARDONED, CUSTODY))
@dataclass(frozen=True, kw_only=True)
class Pardon(Fact):
    """`granted_by` pardoned some of `population`."""

    kind: Literal["pardon"] = "pardon"
    granted_by: Somebody
    population: Population | None = None

    def register_entries(self) -> Iterable[RegisterEntry]:
        """How many people were pardoned, and that each named person was; a pardon alone frees nobody."""
        yield RegisterEntry(PARDONED, {})
        for person in self.people:
            shows = {"status": "pardoned", "place": None, "sentence_ends": None}
            yield RegisterEntry(
                CUSTODY,
                {"person": person},
                shows,
                _PERSON,
                ("status",),
                PARDONS,
                singled=True,
            )


@kind(holds=Holding.ONWARD, registers=(RELEASED, CUSTODY))
@dataclass(frozen=True, kw_only=True)
class Release(Fact):
    """Some of `population` were freed; `people` are those freed by name, taken to `destination`."""

    kind: Literal["release"] = "release"
    population: Population | None = None
    destination: Place | None = None

    def register_entries(self) -> Iterable[RegisterEntry]:
        """How many were freed, and for each person named that they are free."""
        yield RegisterEntry(RELEASED, {})
        for person in self.people:
            shows = {"status": "free", "place": self.destination, "sentence_ends": None}
            yield RegisterEntry(
                CUSTODY, {"person": person}, shows, _PERSON, ("status",), singled=True
            )


@kind(holds=Holding.PERIOD, registers=(CUSTODY,))
@dataclass(frozen=True, kw_only=True)
class Custody(Fact):
    """`person` is held, charged, missing, exiled or dead, as `status` says, for a period.

    A charge does not say where somebody is. `sentence_ends` is EDTF: the day that the sentence foresees. It is planned,
    and ends nothing. A death has no end, whatever period is given.
    """

    kind: Literal["custody"] = "custody"
    person: Person
    status: CustodyStatus
    place: Place | None = None
    sentence_ends: str | None = later()

    @cached_property
    def window(self) -> Window:
        """When it may hold and surely holds; a death holds for good."""
        bounds = window(self.valid_time, self.holding)
        return bounds if self.status != _DIED else replace(bounds, certain_to=END, possible_to=END)

    def find_own_faults(self) -> Iterable[Fault]:
        """A day on which the sentence ends is EDTF."""
        if self.sentence_ends is not None:
            try:
                ValidTime.parse(self.sentence_ends)
            except ValidTimeError as error:
                yield Fault("/sentence_ends", explain(error))

    def register_entries(self) -> Iterable[RegisterEntry]:
        """Where the person is; nobody is confined in two places at one time."""
        shows = {"status": self.status, "place": self.place, "sentence_ends": self.sentence_ends}
        known_by_name = isinstance(self.person, str) and self.place is not None
        yield RegisterEntry(
            CUSTODY,
            {"person": self.person},
            shows,
            _PERSON,
            ("status",),
            lasting=self.status == _DIED,
            apart="place" if known_by_name and self.status in _CONFINED else None,
        )


@kind(holds=Holding.UNTIL_NEXT, registers=(HELD,))
@dataclass(frozen=True, kw_only=True)
class PrisonerCount(Fact):
    """`counted_by` says how many of `population` are held; the count is valid until their next one."""

    kind: Literal["prisoner_count"] = "prisoner_count"
    population: Population
    counted_by: Body

    def register_entries(self) -> Iterable[RegisterEntry]:
        """How many are held, by this counter's count.

        Each number of others than all who are held, as of women, is an answer of its own, which displaces none of all.
        """
        key = {"population": self.population, "counted_by": self.counted_by}
        everybody, *parts = self._split()
        if everybody is not None:
            yield RegisterEntry(HELD, key, {"quantity": everybody}, compared=("quantity",))
        for part in parts if parts or everybody is not None else (None,):
            yield RegisterEntry(HELD, key, {"quantity": part}, compared=("quantity",), aside=PARTS)

    def _split(self) -> list[Quantity | None]:
        """The number of all who are held, None where there is none; and one number of each other thing counted.

        "Held" counts them all. Without it, all other words for them make one number, from the least to the greatest
        that they allow. A number that is added or runs on is left out: it counts who came or went.
        """
        numbers: dict[str, list[Quantity]] = {}
        for quantity in self.quantities:
            if quantity.basis in (None, "stock"):
                numbers.setdefault(quantity.counted, []).append(quantity)
        words = {number for number in numbers if counts_everybody(number, self.population)}
        words = words & {"held"} or words
        everybody = [number for word in numbers if word in words for number in numbers[word]]
        others = [
            merge_numbers(quantities) for word, quantities in numbers.items() if word not in words
        ]
        return [merge_numbers(everybody), *others]


def counts_everybody(what: str, population: Name) -> bool:
    """Whether `what` a count counts is all of a population who are held, and not some of them, as women are."""
    counted = fold_name(what)
    return counted in EVERYBODY or counted == key_of(population)
