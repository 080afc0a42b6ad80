"""A register is one section of the state; every fact that answers its question has a key in it.

A kind yields an `RegisterEntry` for each question that its fact speaks to. The state is the registers resolved
at a perspective and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from domain.named import Name
from domain.time.holding import Holding


class Shape(Enum):
    """How a section is shown: one entry a key, a single entry, or an interval sum over matters."""

    ENTRIES = "entries"
    SINGLE = "single"
    TOTAL = "total"


class Succession(Enum):
    """What takes the place of an earlier answer under the same key, once it has surely begun.

    NONE: nothing does. LATER: whatever began later does, for good. YIELDING: a lone date and an unknown end yield
    to what began later; a period whose end is open or known does not.
    """

    NONE = "none"
    LATER = "later"
    YIELDING = "yielding"


class Rivalry(Enum):
    """Who contests an answer: every fact under the same key, or only those of the same matter."""

    KEY = "key"
    MATTER = "matter"


@dataclass(frozen=True, slots=True)
class Aside:
    """An answer that stands beside an entry, in the entry's field `name`, and takes no other's place.

    `many`: the field lists what may stand there, by the latest of each value in the field `by`; else it has the
    latest, or null. It goes when an answer that holds in one of the ways `ended_by` has surely begun after it; with
    `many` also when a fact that holds has carried it out. With no other answer it is the entry itself.
    """

    name: str
    many: bool
    ended_by: frozenset[Holding]
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """One section of the state, by its dotted path ("prisoners.held").

    `succession`: what takes an earlier answer's place. `ahead`: what is still to come at `as_of`, earliest
    first. `summed`: in a TOTAL, what its quantities count. `vacant`: an entry says what was `previous`, and
    stays, with its key alone, when its last answer has surely ceased. `settled`: what a fact has surely carried
    out or answered is no answer any more, and is only possible where that is. `asides`: what may stand beside an
    entry. `entry`: a TypedDict of the fields that an entry has by its facts, from which the API's document is made;
    without it an entry may have any fields.
    """

    section: str
    shape: Shape = Shape.ENTRIES
    succession: Succession = Succession.NONE
    ahead: bool = False
    rivalry: Rivalry = Rivalry.KEY
    summed: str | None = None
    vacant: bool = False
    settled: bool = False
    asides: tuple[Aside, ...] = ()
    entry: type | None = None

    def __hash__(self) -> int:
        """Two registers seldom have one section; the other fields would cost a state more than its ranking."""
        return hash(self.section)


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A fact's answer in a register: `key` and `shows` are field → value, `names` the fields that name people.

    Rivals are held against each other by the fields `compared`. A `lasting` answer is final: once it has surely begun,
    nothing that begins later takes its place.
    """

    register: Register
    key: Mapping[str, Name]
    shows: Mapping[str, Any] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    compared: tuple[str, ...] = ()
    aside: Aside | None = None
    lasting: bool = False
