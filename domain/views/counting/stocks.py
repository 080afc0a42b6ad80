"""Lists counts of a stock. They are not added: each stands until the same counter counts the same population again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.fact import as_primitives
from domain.time.edtf_calendar import DAY
from domain.time.instant import BEGINNING
from domain.views.counting.figures import group_by_field, number_of_all, numbers_of
from domain.views.counting.parts import part_of
from domain.views.counting.points import bucket, bucket_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.quantity import Quantity
    from domain.time.perspective import Match
    from domain.views.counting.figures import Figure
    from domain.views.counting.parts import Part
    from domain.views.counting.points import By
    from domain.views.rivalry.candidates import Candidate


def list_counts(
    candidates: Sequence[Candidate],
    what: str,
    by: By,
    as_of: int,
    from_: int | None = None,
    match: Match = "possible",
    *,
    words: bool = False,
) -> tuple[dict[str, Sequence[str | Figure | Part]], list[dict[str, Any]]]:
    """The lists of a tally, of which only `facts` has items here, and the points of each counter.

    Counts that no longer stood at the instant `from_` are left out. A count stands until its end, if it has one; with
    the match `certain`, only as long as it surely stands. A count of some ("women") stands until the counter counts all
    of the population again, with or without them. A point is {population, counted_by, at, until, low, high,
    approximate, text, contested}, with `counted_by_id` if the counter has an id, and with `words`, with the `quantity`
    of its source. Instants are microseconds UTC.
    """
    shown: list[dict[str, Any]] = []
    counted: list[Candidate] = []
    earliest = BEGINNING if from_ is None else bucket(from_, by)
    for counter, counts, again in _by_counter(candidates, what):
        parts = [
            part for group in _group_by_beginning(counts) if (part := part_of(group, what, "stock"))
        ]
        for index, part in enumerate(parts):
            began = bucket(_stands_from(part.shown), by)
            after = parts[index + 1] if index + 1 < len(parts) else None
            last = bucket(min(as_of, _stands_until(part, match)), by)
            followed = [_stands_from(after.shown)] if after is not None else []
            counted_at = (
                part.shown.starts[0] + DAY - 1 if match == "certain" else _stands_from(part.shown)
            )
            followed += [at for at in again if at > counted_at][:1]
            last = min([last, *(bucket(at, by) - 1 for at in followed)])
            if max(began, last) >= earliest:
                counted += (part.shown, *part.rivals)
            first = max(began, earliest)
            if last >= first:
                at = {"at": bucket_name(first, by), "until": bucket_name(last, by)}
                quoted = {"quantity": as_primitives(part.quantity)} if words else {}
                shown.append({**counter, **at, **part.bounds, **quoted})
    shown.sort(key=lambda point: (point["until"], point["at"]))
    ordered = sorted(
        counted, key=lambda candidate: (*candidate.starts, candidate.version.first_position)
    )
    ids = [str(candidate.id) for candidate in ordered]
    return {"facts": ids, "cumulative": [], "uncounted": [], "undated": []}, shown


def _by_counter(
    candidates: Iterable[Candidate], what: str
) -> Iterator[tuple[dict[str, Any], list[Candidate], list[int]]]:
    """The counts that have surely begun, grouped by population and counter, and ordered by their start.

    With them, in order, the instants from which other counts of that counter stand, which count all but not `what`.
    """
    begun = [
        candidate for candidate in candidates if candidate.begun and candidate.starts[0] > BEGINNING
    ]
    for population, of_it in group_by_field(begun, "population"):
        for counter, counts in group_by_field(of_it, "counted_by"):
            telling = [count for count in counts if _stock(count, what) is not None]
            telling.sort(key=lambda count: (*count.starts, count.version.first_position))
            others = (count for count in counts if _stock(count, what) is None)
            again = sorted(_stands_from(other) for other in others if number_of_all(other.fact))
            if telling:
                yield {**population, **counter}, telling, again


def _stock(candidate: Candidate, what: str) -> Quantity | None:
    return next((q for q in numbers_of(candidate.fact, what) if q.basis == "stock"), None)


def _group_by_beginning(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    """The counts in order; those that may have begun at one time are in one group."""
    groups: list[list[Candidate]] = []
    latest = BEGINNING
    for count in candidates:
        earliest, until = count.starts
        if groups and earliest < latest:
            groups[-1].append(count)
        else:
            groups.append([count])
        latest = max(latest, until)
    return groups


def _stands_until(part: Part, match: Match) -> int:
    """The last instant at which a count or one of its rivals may stand; with `certain`, at which it surely stands."""
    windows = [candidate.fact.window for candidate in (part.shown, *part.rivals)]
    ends = (w.certain_to if match == "certain" else w.possible_to for w in windows)
    return max(ends) - 1


def _stands_from(count: Candidate) -> int:
    """The instant from which a count surely stands; until then the count before it stands."""
    return count.starts[1] - 1
