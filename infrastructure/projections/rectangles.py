"""What one fact says is a plane of rectangles: positions of the log by cuts of the published clock.

An event changes what is seen from its position on, at the cuts from its published time on, and nothing else. In the
order of the published times it closes one rectangle and opens one; else one for each content that it leaves there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from domain.time.instant import BEGINNING, END
from domain.views.known.published import PUBLISHING, apply_change, fold_public
from domain.views.versions import FactVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


Piece = tuple[int, int, "FactVersion"]
"""What is seen from one published time to before another."""


@dataclass(slots=True, kw_only=True)
class Rectangle:
    """A version from one position and published time to before others.

    `counts` are as they stood at `known_from`, or None where the insert counts the fact, as the only new one.
    `content` tells one whose version no other had before it; `stored` one that has a row, `changed` since or not.
    """

    version: FactVersion
    variant: int
    known_from: int
    published_from: int
    published_to: int
    known_to: int = END
    counts: Mapping[str, int] | None = field(default_factory=dict)
    content: bool = True
    stored: bool = False
    changed: bool = False


@dataclass(slots=True)
class Plane:
    """The open rectangles of one fact by published time (the last is the edge), and those that were written.

    `open` may begin anywhere at or below the published time of the next event.
    """

    open: list[Rectangle] = field(default_factory=list)
    written: list[Rectangle] = field(default_factory=list)

    @property
    def edge(self) -> FactVersion | None:
        """The fact with all that was recorded of it; None before it was recorded."""
        return self.open[-1].version if self.open else None

    def take(
        self,
        after: FactVersion,
        counts: Mapping[str, int] | None,
        earlier: Callable[[], Sequence[FactVersion]],
    ) -> None:
        """Write what the next event leaves. `earlier` gives every version before it, with the times that count."""
        at, edge = after.published_at, self.edge
        if edge is None:
            first = Rectangle(
                version=after,
                variant=0,
                known_from=after.position,
                published_from=at,
                published_to=END,
                counts=counts,
            )
            self.open, self.written = [first], [*self.written, first]
            return
        pieces: list[Piece] = []
        lowest = self.open[0].published_from
        if at < lowest and after.event in PUBLISHING:
            pieces += profile([*earlier(), after], at, lowest)
        for seen in [still for still in self.open if still.published_to > at]:
            record = after.record
            if seen.version is not edge:
                record = apply_change(seen.version.record, edge.record, after.record, after.event)
            version = replace(after, record=record)
            pieces.append((max(at, seen.published_from), seen.published_to, version))
            self._close(seen, after.position, at)
        self._open(pieces, after.position, counts, {}, {})

    def redate(
        self,
        pieces: Iterable[Piece],
        position: int,
        counts: Mapping[str, int] | None,
        whole: Mapping[int, FactVersion],
        variants: Mapping[int, int],
    ) -> None:
        """Write the rectangles from a position on, after a correction of the clock has moved published times.

        `whole` has, for each position, the version with all events up to it; `variants` has the highest variant of each
        so far.
        """
        for rectangle in list(self.open):
            self._close(rectangle, position, BEGINNING)
        self._open(pieces, position, counts, whole, variants)

    def _close(self, rectangle: Rectangle, position: int, at: int) -> None:
        """End a rectangle at a position, for its published cuts from `at` on."""
        rectangle.changed = True
        if rectangle.published_from < at:
            ended = replace(rectangle, published_from=at, known_to=position, content=False)
            ended.stored = ended.changed = False
            self.written.append(ended)
            rectangle.published_to = at
        else:
            rectangle.known_to = position
            self.open.remove(rectangle)

    def _open(
        self,
        pieces: Iterable[Piece],
        position: int,
        counts: Mapping[str, int] | None,
        whole: Mapping[int, FactVersion],
        variants: Mapping[int, int],
    ) -> None:
        """Open rectangles, one for neighbours with the same version; the edge has variant 0 of its version."""
        numbers = Counter(variants)
        opened: list[Rectangle] = []
        for start, end, version in sorted(pieces, key=lambda piece: piece[0], reverse=True):
            above = opened[-1] if opened else None
            if above is not None and above.version == version and above.published_from == end:
                above.published_from = start
                continue
            number = version.record.version
            is_whole = version == whole.get(number)
            variant = numbers[number] + 1 if number in numbers and not is_whole else 0
            numbers[number] = max(variant, numbers[number])
            opened.append(
                Rectangle(
                    version=version,
                    variant=variant,
                    known_from=position,
                    published_from=start,
                    published_to=end,
                    counts=counts if counts is None else dict(counts),
                    content=not is_whole,
                )
            )
        self.written += opened
        self.open = sorted((*self.open, *opened), key=lambda rectangle: rectangle.published_from)


def profile(versions: Sequence[FactVersion], low: int = BEGINNING, high: int = END) -> list[Piece]:
    """The versions of a fact that are seen from one published time until before another, if it is public.

    `versions` are all of it, oldest first, with the published times that count.
    """
    times = {low, high, *(v.published_at for v in versions if low < v.published_at < high)}
    return [
        (start, end, version)
        for start, end in pairwise(sorted(times))
        if (version := fold_public(versions, start)) is not None
    ]
