"""Reports an import: counts its lines by what they did, and lists the rejected lines by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import OperationalError

from domain.errors import MOST_FAULTS
from domain.fact import Fact
from domain.views.naming import Names
from domain.views.notices import find_alias_notices, find_notices

LISTED_REJECTIONS: Final = MOST_FAULTS
"""The most rejections that a report lists; it counts all in `rejected_total`."""

LISTED_FATES: Final = 1_000
"""The most lines of which a report says what became of each, where it is asked for that."""
COUNTED: Final = {
    "record": "recorded",
    "correct": "corrected",
    "corroborate": "corroborated",
    "end": "ended",
    "retract": "retracted",
    "reinstate": "reinstated",
    "prefer": "preferred",
}
"""Each operation, and the name of its count."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One fault of one line. `line` counts from 1; `pointer` is RFC 6901 into the line's object."""

    line: int
    pointer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Superseded:
    """A line whose content was recorded and has been corrected since; `version` is the present one."""

    line: int
    version: int
    detail: str


@dataclass(frozen=True, slots=True)
class SimilarFacts:
    """A line much like `many` other facts: the ids of the first ones, and the lines of those in the file."""

    line: int
    similar: Sequence[UUID]
    lines: Sequence[int]
    many: int

    def as_dict(self) -> dict[str, Any]:
        """The form in the report; `similar_more` is the number of all, if not all are listed."""
        shown: dict[str, Any] = {"line": self.line, "similar": [str(id_) for id_ in self.similar]}
        if self.lines:
            shown["lines"] = list(self.lines)
        return shown if self.many == len(self.similar) else {**shown, "similar_more": self.many}


@dataclass(slots=True)
class ImportReport:
    """What an import did or, with `dry_run`, would have done.

    An import that was refused as a whole did nothing, and counts only the lines that were `unchanged`. The first and
    last position are None if nothing was written; events of others may lie between them. `stopped` says why reading
    stopped at a line, and is also one of the rejections; None if all lines were read.
    """

    done: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED.values(), 0))
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    rejected_total: int = 0
    rejected_lines: int = 0
    first_position: int | None = None
    last_position: int | None = None
    stopped: Rejection | None = None
    notices: list[Rejection] = field(default_factory=list)
    notices_total: int = 0
    similar: list[SimilarFacts] = field(default_factory=list)
    similar_total: int = 0
    superseded: list[Superseded] = field(default_factory=list)
    superseded_total: int = 0
    fates: list[tuple[int, str]] = field(default_factory=list)
    _unlisted: int | None = None

    def count(self, op: str) -> None:
        """Count a line that carried out its `op`."""
        self.done[COUNTED[op]] += 1

    def tell(self, line: int, fate: str) -> None:
        """Say what became of a line, or would if the rejected ones were left out; of the first LISTED_FATES lines."""
        if len(self.fates) < LISTED_FATES:
            self.fates.append((line, fate))

    def reject(
        self, line: int, faults: int, listed: Sequence[Rejection] = (), *, lines: int = 1
    ) -> None:
        """Add a line with its faults, or several lines from it on; after LISTED_REJECTIONS they are only counted."""
        listed = listed[: LISTED_REJECTIONS - len(self.rejected)]
        self.rejected += listed
        self.rejected_total += faults
        self.rejected_lines += lines
        if faults > len(listed):
            self._unlisted = min(line, self._unlisted or line)

    def stop(self, why: Rejection) -> None:
        """Say why the lines from there on were not read."""
        self.stopped = why
        self.rejected_total += 1
        self.rejected_lines += 1

    def notice(self, line: int, fact: Fact, names: Names) -> None:
        """Add the notices on a fact that a line records; after LISTED_REJECTIONS they are only counted."""
        for noticed in (*find_notices(fact), *find_alias_notices(fact, names)):
            self.notices_total += 1
            if len(self.notices) < LISTED_REJECTIONS:
                self.notices.append(Rejection(line, noticed.pointer, noticed.detail))

    def liken(self, likeness: SimilarFacts) -> None:
        """Add a line whose fact is much like others, to which it has no link."""
        self.similar_total += 1
        if len(self.similar) < LISTED_REJECTIONS:
            self.similar.append(likeness)

    def notice_file(self, detail: str) -> None:
        """Add a notice on the file as a whole."""
        self.notices_total += 1
        self.notices = [Rejection(1, "", detail), *self.notices][:LISTED_REJECTIONS]

    def supersede(self, line: int, version: int, fields: Sequence[str]) -> None:
        """Add a line whose content was corrected since; nothing is written for it."""
        self.superseded_total += 1
        if len(self.superseded) < LISTED_REJECTIONS:
            detail = (
                f"this content was recorded, and has been corrected since in {', '.join(fields)}: the fact is at"
                f" version {version}. To restore this content, use op correct, or import with --update --reason --why"
            )
            self.superseded.append(Superseded(line, version, detail))

    def undo_counts(self) -> None:
        """Count nothing as done, because the import was refused as a whole."""
        self.notices, self.notices_total = [], 0
        self.similar, self.similar_total = [], 0
        self.done = dict.fromkeys(self.done, 0)

    def list_faults(self) -> list[Rejection]:
        """The list of faults: the first ones, how many more there are, and why reading stopped."""
        stopped = [self.stopped] if self.stopped else []
        unlisted = self.rejected_total - len(self.rejected) - len(stopped)
        rest = [Rejection(self._unlisted or 1, "", f"… and {unlisted} more")] if unlisted else []
        return [*self.rejected, *rest, *stopped]

    def _notices_as_dict(self) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        if self.notices:
            listed = [asdict(notice) for notice in self.notices]
            shown |= {"notices": listed, "notices_total": self.notices_total}
        if self.similar:
            listed = [likeness.as_dict() for likeness in self.similar]
            shown |= {"similar": listed, "similar_total": self.similar_total}
        return shown

    def as_dict(self, *, fates: bool = False) -> dict[str, Any]:
        """The report as the API returns it; with `fates`, also what became of each line."""
        told = [{"line": line, "fate": fate} for line, fate in self.fates]
        return {
            **self.done,
            "unchanged": self.unchanged,
            "rejected": [asdict(rejection) for rejection in self.list_faults()],
            "rejected_total": self.rejected_total,
            "superseded": [asdict(line) for line in self.superseded],
            "superseded_total": self.superseded_total,
            **self._notices_as_dict(),
            **({"fates": told} if fates else {}),
            "first_position": self.first_position,
            "last_position": self.last_position,
        }


class BrokenOffError(OperationalError):
    """An import broke off between its turns; the lines recorded until then stay.

    `recorded` of `of` lines are surely recorded; with `unsure`, more may be, because a commit's outcome is unknown.
    """

    def __init__(self, recorded: int, of: int, *, unsure: bool) -> None:
        least = "at least " if unsure else ""
        super().__init__(
            f"the import broke off: {least}{recorded} of {of} lines are recorded; "
            "import the same file again with the same options to complete it"
        )
        self.recorded = recorded
        self.of = of
