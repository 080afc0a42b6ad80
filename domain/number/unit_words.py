"""The least that a plural of a unit means in an English text that is not understood otherwise: "dozens of busloads"."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = {
    "dozens": 24,
    "scores": 40,
    "hundreds": 200,
    "thousands": 2_000,
    "millions": 2_000_000,
}
"""Two of each unit."""
_LESS: Final = (
    "not no none nor neither never nobody without nowhere far fewer less under below almost nearly hardly barely"
    " scarcely most max maximum up to few some any half part fraction minority majority quarter third percent one zero"
    " out of if"
)
_LESS_BEFORE: Final = frozenset(_LESS.split())
"""Words that may lessen the number if they stand before it."""
_MEASURES: Final = (
    "time|year|month|week|day|hour|minute|mile|kilomet|km|kilo|ton|dollar|euro|rouble|ruble"
)
_LESS_BEHIND: Final = re.compile(
    rf"\W*(?:fewer|less|minus|short|at most|or so|per|each|every|daily|weekly|monthly|of (?:the )?(?:{_MEASURES})\w*)\b"
)
"""What may lessen the number, or say that something else is counted, if it stands right behind it."""


def least_meant(text: str) -> int | None:
    """The least that the plurals of units in a text mean; None if there are none, or other words may lessen it."""
    folded = text.casefold()
    words = re.findall(r"[a-z]+|\d+", folded)
    plurals = [at for at, word in enumerate(words) if word in _WORDS]
    if not plurals:
        return None
    before = words[: plurals[0]]
    behind = folded.partition(words[plurals[0]])[2]
    lessened = not _LESS_BEFORE.isdisjoint(before) or any(map(str.isdigit, before))
    if lessened or _LESS_BEHIND.match(behind):
        return None
    return min(_WORDS[words[at]] for at in plurals)
