"""A total: an interval sum, with the approximate numbers that bound nothing, and its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NOT_COUNTED: Final = "not counted"
"""The text of a total if there are facts, but no source gave a number."""
NOTHING_RECORDED: Final = "nothing recorded"
"""The text of a total if there are no facts."""


@dataclass(frozen=True, slots=True)
class Total:
    """An interval sum of counts of people or things, none below zero; a `high` of None means no bound.

    `about` is the sum of the approximate numbers, which bound nothing. Where sources gave several for one question,
    `about` has the least of them, and `about_most` the greatest; None if there is no greatest, as for "about 50" and
    "at least 120". `including`: whether the low bound may include the approximate numbers already.
    """

    low: int
    high: int | None
    about: int = 0
    about_most: int | None = 0
    including: bool = False

    @property
    def approximate(self) -> bool:
        """Whether a source gave an approximate number."""
        return self.about > 0 or self.about_most != 0

    @property
    def text(self) -> str:
        """In words: "67", "52 to 67", "at least 52", "at least 3, and about 50 to 52", "about 50 or more".

        "At least 24, perhaps about 200 or more": 24 by one number, and more by others that bound nothing.
        """
        about = self._about_text
        if about and self.low == 0 and self.high is None:
            return about
        if self.high is None:
            words = f"at least {self.low}"
        elif self.high == self.low:
            words = str(self.low)
        else:
            words = f"{self.low} to {self.high}"
        if not about:
            return words
        if not self.including:
            return f"{words}, and {about}"
        more = self.about > self.low
        return f"{words}, perhaps {about}" if more else f"{words}, which may include {about}"

    @property
    def _about_text(self) -> str:
        """The approximate numbers in words; empty if there are none, or if they may be any number."""
        if self.about_most is None:
            return f"about {self.about} or more" if self.about else ""
        most = max(self.about, self.about_most)
        if self.about in (0, most):
            return f"{'about' if self.about else 'up to about'} {most}" if most else ""
        return f"about {self.about} to {most}"
