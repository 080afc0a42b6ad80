"""A fact is one claim about the world, of one kind, with its citations; it need not be true.

`Fact` holds what every kind has. A kind is one subclass, registered by `@kind`; storage, API, import and
views learn it from `KINDS`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar
from uuid import UUID, uuid5

from domain.named import (
    Being,
    Name,
    Person,
    Place,
    Sort,
    beings_in,
    names_in,
    text_of,
)
from domain.naming import fold_name
from domain.provenance import Citation, Link
from domain.quantity import Quantity, derive_basis
from domain.register import Register, RegisterEntry, list_summed
from domain.time.holding import Holding, Window, place, window
from domain.time.instant import END
from domain.time.valid_time import ValidTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from domain.errors import Fault

LONGEST_NAME: Final = 255


@dataclass(frozen=True, kw_only=True)
class Fact:
    """The fields that all kinds of facts share. `valid` is EDTF as written; `matter` is the question it answers."""

    holding: ClassVar[Holding]
    registers: ClassVar[tuple[Register, ...]] = ()

    kind: str
    valid: str
    summary: str
    citations: tuple[Citation, ...]
    quantities: tuple[Quantity, ...] = ()
    people: tuple[Person, ...] = ()
    places: tuple[Place, ...] = ()
    parties: tuple[Name, ...] = ()
    matter: str | None = None
    links: tuple[Link, ...] = ()
    external_id: str | None = None
    note: str | None = None

    @cached_property
    def valid_time(self) -> ValidTime:
        """The valid time and its bounds."""
        return ValidTime.parse(self.valid)

    @cached_property
    def matter_key(self) -> str | None:
        """Its matter in the folded form in which matters are compared; None if it has no matter."""
        return None if self.matter is None else fold_name(self.matter)

    @cached_property
    def window(self) -> Window:
        """The instants from which, and until which, the fact may hold and surely holds."""
        return window(self.valid_time, self.holding)

    @cached_property
    def told(self) -> tuple[int, int]:
        """The time in which it happened or began to hold: (start, end), half-open, in microseconds UTC."""
        valid, bounds = self.valid_time, self.valid_time.bounds
        took = valid.spans and self.holding is Holding.ONWARD
        return bounds.start_earliest, bounds.end_latest if took else bounds.start_latest

    def placed(self, *, singled: bool = False) -> tuple[int, int]:
        """When it happened or began to hold (`place`); for a `singled` answer, when that may have happened."""
        return self.told if singled else place(self.valid_time, self.holding)

    def find_window(self, *, singled: bool = False) -> Window:
        """The window of an answer of the fact, `singled` as in `RegisterEntry`."""
        if not singled or self.told[1] < END:
            return self.window
        return replace(self.window, certain_from=END - 1)

    @cached_property
    def numbers(self) -> Mapping[str, Sequence[Quantity]]:
        """{what is counted, folded: its numbers, each with its basis, stored or derived}."""
        return _find_numbers(self.quantities, self.holding, self.registers)

    def list_names(self) -> Iterable[Name]:
        """Everybody whom the fact names, in `people` and in the fields of its kind."""
        return names_in(self, Sort.SOMEBODY)

    def list_places(self) -> Iterable[str]:
        """Every place that the fact names, in `places` and in the fields of its kind."""
        return map(text_of, names_in(self, Sort.PLACE))

    def bodies(self) -> Iterable[Name]:
        """The bodies that it names: its parties, its publishers, and those in the fields of its kind."""
        outlets = (
            name
            for citation in self.citations
            for name in (citation.publisher, citation.origin)
            if name
        )
        return (*self.parties, *outlets, *beings_in(self, Being.BODY))

    def settles(self) -> Iterable[str]:
        """The facts that it carries out or answers once it has begun, as links name them."""
        return (link.fact for link in self.links if link.relation in ("executes", "answers"))

    def denies(self) -> Iterable[str]:
        """The facts that cannot be right if it is, as links name them."""
        return (link.fact for link in self.links if link.relation == "conflicts_with")

    def calls_off(self) -> Iterable[str]:
        """What is off once this fact is known: facts as links name them, or `matter:NAME` for all plans of one."""
        return ()

    def register_entries(self) -> Iterable[RegisterEntry]:
        """Its answers in registers, one for each question that it answers."""
        return ()

    def find_own_faults(self) -> Iterable[Fault]:
        """The faults in the fields of its kind, beyond those that their types exclude."""
        return ()


@lru_cache(maxsize=8_192)
def _find_numbers(
    quantities: tuple[Quantity, ...], holding: Holding, registers: tuple[Register, ...]
) -> Mapping[str, Sequence[Quantity]]:
    """What `Fact.numbers` gives; kept, because many facts give the same number in the same words."""
    numbers: dict[str, list[Quantity]] = {}
    for quantity in quantities:
        counted = quantity.counted
        based = derive_basis(quantity, holding, summed=counted in list_summed(registers))
        numbers.setdefault(counted, []).append(based)
    return numbers


KINDS: Final[dict[str, type[Fact]]] = {}

FactType = TypeVar("FactType", bound=type[Fact])


def kind(*, holds: Holding, registers: tuple[Register, ...] = ()) -> Callable[[FactType], FactType]:
    """Register a kind of fact under the default of its `kind` field, with how it holds and where it answers."""

    def register(cls: FactType) -> FactType:
        cls.holding = holds
        cls.registers = registers
        name = str(next(f.default for f in dataclasses.fields(cls) if f.name == "kind"))
        if KINDS.setdefault(name, cls).__qualname__ != cls.__qualname__:
            raise ValueError(f"the kind {name!r} is registered already")
        return cls

    return register


def fact_id(negotiation_id: UUID, external_id: str) -> UUID:
    """The id of the fact that bears an external id: the same in every copy of the record."""
    return uuid5(negotiation_id, external_id)


def as_primitives(value: Any) -> Any:  # noqa: ANN401 -- any dataclass, tuple or scalar goes in
    """A domain value as dicts, lists and scalars, fields in their order."""
    if isinstance(value, (tuple, list)):
        return [as_primitives(part) for part in value] if value else []
    names = list_field_names(type(value))
    if names is None:
        return value
    return {
        name: part if type(part := getattr(value, name)) in _SCALARS else as_primitives(part)
        for name in names
    }


_SCALARS: Final = frozenset((str, int, bool, type(None)))
"""The types of most fields, which have no parts."""


def list_field_names(cls: type) -> tuple[str, ...] | None:
    """The names of a dataclass's fields in order; None for any other type."""
    if cls not in _FIELD_NAMES:
        known = dataclasses.is_dataclass(cls)
        names = (field.name for field in dataclasses.fields(cls)) if known else None
        _FIELD_NAMES[cls] = None if names is None else tuple(names)
    return _FIELD_NAMES[cls]


_FIELD_NAMES: Final[dict[type, tuple[str, ...] | None]] = {}


def differences(before: object, after: object) -> list[Mapping[str, Any]]:
    """The fields that differ between two contents: [{field, before, after}], in the order of the fields.

    Both are facts, or what is said of a negotiation.
    """
    old, new = as_primitives(before), as_primitives(after)
    fields = [*old, *(name for name in new if name not in old)]
    return [
        {"field": name, "before": old.get(name), "after": new.get(name)}
        for name in fields
        if old.get(name) != new.get(name)
    ]
