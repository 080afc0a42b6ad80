"""A total is the interval sum of increments, one fact a matter, with the facts that it rests on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from domain.fact import as_primitives
from domain.quantity import Quantity, total
from domain.register import Register, Shape
from domain.views.entries import listed
from domain.views.rivals import Candidate, Resolved, resolve
from domain.views.sections import Listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.views.sections import Rest


def increment(candidate: Candidate, what: str) -> Quantity | None:
    """The quantity that a fact adds to the total of `what`; a cumulative or standing figure adds nothing."""
    return next(
        (q for q in candidate.fact.quantities if q.counted == what and q.basis == "increment"), None
    )


def parts(candidates: Iterable[Candidate], what: str) -> list[tuple[Quantity, Resolved]]:
    """What a total of `what` rests on: one fact a matter, with its rivals, by valid time."""
    matters: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if increment(candidate, what) is not None:
            matter = candidate.fact.matter
            matters[f"fact:{candidate.version.record.id}" if matter is None else matter].append(
                candidate
            )
    register = Register("", Shape.TOTAL)
    resolved = (resolve(group, register) for group in matters.values())
    found = [each for each in resolved if each is not None]
    found.sort(key=lambda r: (_start(r.shown), r.shown.version.first_position))
    return [(q, r) for r in found if (q := increment(r.shown, what)) is not None]


def shown_total(
    register: Register, candidates: Sequence[Candidate], rest: Rest | None
) -> dict[str, Any]:
    """The sum as an interval and in words, and the lists of what it rests on."""
    found, lists = summed_lists(register, candidates, rest)
    summed = total((q, r.shown.seen.certainty == "certain") for q, r in found)
    shown = {
        "low": summed.low,
        "high": summed.high,
        "approximate": summed.approximate,
        "text": summed.text,
        "contested": any(r.contested for _, r in found),
    }
    for part, each in lists.items():
        path = f"{register.section}.{part}" if part else register.section
        each.fill(shown, part or "parts", path, rest)
    return shown


def summed_lists(
    register: Register, candidates: Sequence[Candidate], rest: Rest | None
) -> tuple[list[tuple[Quantity, Resolved]], dict[str, Listed]]:
    """What a total rests on, and its lists: its parts as ``, their `facts`, and the ids of what is `uncounted`."""
    found = parts(candidates, register.summed or "")
    at = [(_start(r.shown), r.shown.version.first_position) for _, r in found]
    facts = [str(r.shown.version.record.id) for _, r in found]
    uncounted = [
        candidate.version
        for candidate in candidates
        if any(q.counted == register.summed and q.basis is None for q in candidate.fact.quantities)
    ]
    ids = [str(version.record.id) for version in uncounted]

    def more(index: int) -> dict[str, Any]:
        quantity, resolved = found[index]
        return {"matter": resolved.shown.fact.matter, "quantity": as_primitives(quantity)}

    return found, {
        "facts": Listed(at, facts.__getitem__),
        "uncounted": Listed([(0, v.first_position) for v in uncounted], ids.__getitem__),
        "": listed(register, at, lambda index: found[index][1], rest, more),
    }


def _start(candidate: Candidate) -> int:
    return candidate.fact.valid_time.bounds.start_earliest
