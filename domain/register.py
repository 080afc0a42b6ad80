"""A register is one section of the state; every fact that answers its question has a key in it.

A kind yields an `Answer` for each question that its fact speaks to. The state is the registers resolved
at a perspective and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from domain.named import Name


class Shape(Enum):
    """How a section is shown: one entry a key, a single entry, or an interval sum over matters."""

    ENTRIES = "entries"
    SINGLE = "single"
    TOTAL = "total"


class Rivalry(Enum):
    """Who contests an answer: every fact under the same key, or only those of the same matter."""

    KEY = "key"
    MATTER = "matter"


@dataclass(frozen=True, slots=True)
class Register:
    """One section of the state, by its dotted path ("prisoners.held").

    `succession`: a later answer takes an earlier one's place. `ahead`: what is still to come at `as_of`,
    earliest first. `names`: the key's parts that name a person, so that aliases are followed.
    `summed`: in a TOTAL, what its quantities count.
    """

    section: str
    shape: Shape = Shape.ENTRIES
    succession: bool = False
    ahead: bool = False
    rivalry: Rivalry = Rivalry.KEY
    summed: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A fact's answer in a register: `key` and `shows` are field → value, `names` the fields that name people."""

    register: Register
    key: Mapping[str, Name]
    shows: Mapping[str, Any] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    compared: tuple[str, ...] = ()
