"""A report says what became of every line: counted by what it did, or rejected by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["COUNTED", "LISTED_REJECTIONS", "ImportReport", "Rejection"]

LISTED_REJECTIONS: Final = 1_000
"""Rejections that a report lists; it counts them all in `rejected_total`."""

COUNTED: Final = {
    "record": "recorded",
    "correct": "corrected",
    "corroborate": "corroborated",
    "end": "ended",
    "retract": "retracted",
    "reinstate": "reinstated",
    "prefer": "preferred",
}
"""Each operation, and the count that it goes into."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One fault of one line. `line` counts from 1; `pointer` is RFC 6901 into the line's object."""

    line: int
    pointer: str
    detail: str


@dataclass(slots=True)
class ImportReport:
    """What an import did, or with `dry_run` would have done.

    An import that was refused as a whole did nothing, and counts nothing but what stood already.
    Positions are None where nothing was written.
    """

    done: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED.values(), 0))
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    rejected_total: int = 0
    rejected_lines: int = 0
    first_position: int | None = None
    last_position: int | None = None

    def count(self, op: str) -> None:
        """One line did what its `op` says."""
        self.done[COUNTED[op]] += 1

    def reject(self, faults: int, listed: Sequence[Rejection] = (), *, lines: int = 1) -> None:
        """One more line with its faults, or several; past LISTED_REJECTIONS they are only counted."""
        self.rejected_total += faults
        self.rejected_lines += lines
        self.rejected += listed[: LISTED_REJECTIONS - len(self.rejected)]

    def nothing_done(self) -> None:
        """The import was refused as a whole."""
        self.done = dict.fromkeys(self.done, 0)

    def as_dict(self) -> dict[str, Any]:
        """The report as the API answers it."""
        return {
            **self.done,
            "unchanged": self.unchanged,
            "rejected": [
                {"line": each.line, "pointer": each.pointer, "detail": each.detail}
                for each in self.rejected
            ],
            "rejected_total": self.rejected_total,
            "first_position": self.first_position,
            "last_position": self.last_position,
        }
