"""A register is one section of the state; every fact that answers one of its questions has a key in it.

A kind yields a `RegisterEntry` for each question that its fact answers. The state consists of all registers,
resolved at a perspective.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

from domain.named import Name, Together
from domain.naming import fold_name
from domain.quantity import Quantity
from domain.time.holding import Holding


class Shape(Enum):
    """How a section is shown: one entry a key, a single entry, or an interval sum over matters."""

    ENTRIES = "entries"
    SINGLE = "single"
    TOTAL = "total"


class Succession(Enum):
    """Which later answer takes the place of an earlier one under the same key, once it has surely begun.

    NONE: no answer does. LATER: each later one does, for good. YIELDING: an earlier answer with a lone date or an
    unknown end gives way to a later one; a period with an open or known end does not.
    """

    NONE = "none"
    LATER = "later"
    YIELDING = "yielding"


class Rivalry(Enum):
    """Which facts are rivals of an answer: all under the same key, or only those of the same matter."""

    KEY = "key"
    MATTER = "matter"


@dataclass(frozen=True, slots=True)
class Aside:
    """An answer that stands beside an entry, in the entry's field `name`, and takes no other's place.

    With `many` the field is a list of such answers, the latest of each kind (`kind_of`); otherwise it is the latest
    one, or null. An answer leaves the field once an answer with one of the holdings `ended_by` has surely begun
    after it, and if it is `planned` also once a fact has begun that carries it out. Without another answer it is the
    entry.
    """

    name: str
    many: bool
    ended_by: frozenset[Holding]
    by: str | None = None
    planned: bool = False

    def kind_of(self, shows: Mapping[str, Any]) -> str:
        """What the field `by` says, folded: of a number what it counts. Empty where all answers are of one kind."""
        value = None if self.by is None else shows[self.by]
        if isinstance(value, Quantity):
            return value.counted
        return "" if value is None else fold_name(str(value))


Sharper = Mapping[str, Mapping[str, frozenset[str]]]


@dataclass(frozen=True, slots=True, eq=False)
class Register:
    """One section of the state, by its dotted path ("prisoners.held"); it is declared once, and equals only itself.

    `succession`: which answers take the place of earlier ones. `ahead`: the section shows what is still to come at
    `as_of`, earliest first. `summed`: what the quantities of a TOTAL count. `counts`: what the main answers count, in
    whatever words a source says it. `vacant`: an entry has `previous`, and
    stays with its key alone once its last answer has surely ceased. `settled`: an answer goes once a fact has surely
    carried it out or answered it; if that is only possible, so is the answer. `asides`: the answers that may stand
    beside an entry. `sharper`: {compared field: {value: less specific values that can be true beside it}}, as somebody
    who is exiled is free. `entry`: a TypedDict of the fields of an entry, from which the OpenAPI document is made;
    without it an entry may have any fields.
    """

    section: str
    shape: Shape = Shape.ENTRIES
    succession: Succession = Succession.NONE
    ahead: bool = False
    rivalry: Rivalry = Rivalry.KEY
    summed: str | None = None
    counts: str | None = None
    vacant: bool = False
    settled: bool = False
    asides: tuple[Aside, ...] = ()
    sharper: Sharper = field(default_factory=dict)
    entry: type | None = None


def sharper_than(words: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    """{value: less specific values}, each written as words with blanks between them."""
    return {value: frozenset(less.split()) for value, less in words.items()}


@cache
def list_summed(registers: tuple[Register, ...]) -> frozenset[str]:
    """What the totals among some registers count, folded."""
    return frozenset(fold_name(register.summed) for register in registers if register.summed)


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A fact's answer in a register: `key` and `shows` are {field: value}, `names` the fields that name people.

    Rivals are compared by the fields `compared`. A `lasting` answer is final: once it has surely begun,
    nothing that begins later takes its place. `apart` is a field in which a person has only one value at a time:
    facts with different values may be about two people of one name. `singled`: it is about one person, to whom the fact
    happened on one of its days; it is not known on which. So it is certain only when all of these days are over, and
    never if the fact goes on.
    """

    register: Register
    key: Mapping[str, Name | Together]
    shows: Mapping[str, Any] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    compared: tuple[str, ...] = ()
    aside: Aside | None = None
    lasting: bool = False
    apart: str | None = None
    singled: bool = False
