"""The state is the registers resolved at a perspective, and nothing else.

A section is where its register says; a kind that brings its own register brings its own section.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from domain.fact import KINDS, as_primitives
from domain.history import matches
from domain.holding import Holding
from domain.quantity import Quantity, total
from domain.register import Register, Shape
from domain.views.brief import brief, perspective_shown
from domain.views.naming import Names, folded
from domain.views.rivals import Candidate, Resolved, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.history import FactVersion, Seen
    from domain.negotiation import Negotiation
    from domain.perspective import Perspective

Key = tuple[str, ...]
Keyed = dict[Register, dict[Key, list[Candidate]]]


def state(
    negotiation: Negotiation,
    slice_: Sequence[Seen],
    counts: Mapping[str, int],
    perspective: Perspective,
) -> dict[str, Any]:
    """What was so, from the facts that are known and not retracted, and the `counts` of all that are known.

    A slice may leave out answers that others have surely succeeded: the state is the same.
    """
    names = Names.of(slice_)
    answers = _keyed(slice_, names, perspective)
    sections: dict[str, Any] = {
        "negotiation": shown_negotiation(negotiation),
        "perspective": perspective_shown(perspective),
    }
    for register in registers():
        _place(sections, register.section, _section(register, answers.get(register, {})))
    sections["facts"] = dict(counts)
    return sections


def shown_negotiation(negotiation: Negotiation) -> dict[str, Any]:
    """A negotiation as the list of negotiations shows it."""
    return {
        "slug": negotiation.slug,
        "title": negotiation.title,
        "parties": list(negotiation.parties),
        "summary": negotiation.summary,
    }


def registers() -> list[Register]:
    """Every register that a registered kind declares, by section."""
    declared = {register for kind in KINDS.values() for register in kind.registers}
    return sorted(declared, key=lambda register: register.section)


def _keyed(slice_: Iterable[Seen], names: Names, perspective: Perspective) -> Keyed:
    settled = _settled(slice_)
    keyed: Keyed = defaultdict(lambda: defaultdict(list))
    for seen in slice_:
        succeeds = _succeeds(seen, perspective)
        for answer in seen.version.record.fact.answers():
            holds = _speaks(answer.register, seen, perspective, settled)
            if holds or (succeeds and answer.register.succession):
                shows = names.shown({**answer.key, **answer.shows}, answer.names)
                key = tuple(folded(shows[field]) for field in answer.key)
                candidate = Candidate(seen, shows, answer.compared, holds, succeeds)
                keyed[answer.register][key].append(candidate)
    return keyed


def _speaks(
    register: Register, seen: Seen, perspective: Perspective, settled: frozenset[str]
) -> bool:
    if not register.ahead:
        return matches(seen.certainty, perspective)
    record = seen.version.record
    ahead = record.fact.window.certain_from > perspective.as_of
    return ahead and not (record.link_targets | {f"matter:{record.fact.matter}"}) & settled


def _succeeds(seen: Seen, perspective: Perspective) -> bool:
    """Whether a fact has surely taken an earlier one's place: what stands until its next never gives it back."""
    fact = seen.version.record.fact
    if fact.holding is Holding.UNTIL_NEXT:
        return fact.window.certain_from <= perspective.as_of
    return seen.certainty == "certain"


def _settled(slice_: Iterable[Seen]) -> frozenset[str]:
    """What facts that hold have carried out, and what facts that are known have called off."""
    found: set[str] = set()
    for seen in slice_:
        fact = seen.version.record.fact
        found.update(fact.calls_off())
        if seen.certainty is not None:
            found.update(fact.settles())
    return frozenset(found)


def _section(register: Register, candidates: Mapping[Key, list[Candidate]]) -> Any:  # noqa: ANN401 -- a section is a list, an entry or a total
    if register.shape is Shape.TOTAL:
        everyone = [candidate for found in candidates.values() for candidate in found]
        return _total(register, everyone)
    resolved = (resolve(found, register) for _, found in sorted(candidates.items()))
    entries = [_entry(each) for each in resolved if each is not None]
    if register.shape is Shape.SINGLE:
        return entries[0] if entries else None
    return entries


def _entry(resolved: Resolved) -> dict[str, Any]:
    shown = resolved.shown
    return {
        **{field: as_primitives(value) for field, value in shown.shows.items()},
        "since": shown.fact.valid_time.start_text,
        "certainty": shown.seen.certainty,
        "contested": resolved.contested,
        "fact": brief(shown.version),
        "rivals": [brief(rival.version) for rival in resolved.rivals],
    }


def increment(candidate: Candidate, what: str) -> Quantity | None:
    """The quantity that a fact adds to the total of `what`; a cumulative or standing figure adds nothing."""
    return next(
        (q for q in candidate.fact.quantities if q.what == what and q.basis == "increment"), None
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
    found.sort(
        key=lambda r: (
            r.shown.fact.valid_time.bounds.start_earliest,
            r.shown.version.first_position,
        )
    )
    return [(q, r) for r in found if (q := increment(r.shown, what)) is not None]


def _total(register: Register, candidates: Sequence[Candidate]) -> dict[str, Any]:
    found = parts(candidates, register.summed or "")
    summed = total((q, r.shown.seen.certainty == "certain") for q, r in found)
    return {
        "low": summed.low,
        "high": summed.high,
        "approximate": summed.approximate,
        "facts": [str(r.shown.version.record.id) for _, r in found],
        "text": summed.text,
        "contested": any(r.contested for _, r in found),
        "uncounted": [
            str(candidate.version.record.id)
            for candidate in candidates
            if any(q.what == register.summed and q.basis is None for q in candidate.fact.quantities)
        ],
        "parts": [
            {"matter": r.shown.fact.matter, "quantity": as_primitives(q), **_entry(r)}
            for q, r in found
        ],
    }


def _place(sections: dict[str, Any], path: str, section: object) -> None:
    *parents, name = path.split(".")
    for parent in parents:
        sections = sections.setdefault(parent, {})
    sections[name] = section


def counted(known: Iterable[FactVersion]) -> dict[str, int]:
    """Of all facts known, retracted ones too: how many, how many corrected ever, how many retracted."""
    found = list(known)
    return {
        "recorded": len(found),
        "corrected": sum(version.record.corrected for version in found),
        "retracted": sum(version.record.status == "retracted" for version in found),
    }
