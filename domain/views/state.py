"""The state is the registers resolved at a perspective, and nothing else.

A section is where its register says; a kind that brings its own register brings its own section.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from domain.fact import KINDS
from domain.history import matches
from domain.holding import Holding
from domain.register import Register, Shape
from domain.views.brief import perspective_shown
from domain.views.entries import entries
from domain.views.naming import Names
from domain.views.rivals import Candidate
from domain.views.sections import ROOM_OF_PAGE, place_of
from domain.views.totals import shown_total, summed_lists

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from domain.history import FactVersion, Seen
    from domain.negotiation import Negotiation
    from domain.perspective import Perspective
    from domain.views.sections import Key, Listed, Page, Place, Rest

Keyed = dict[Register, dict["Key", list[Candidate]]]


def state(
    negotiation: Negotiation,
    slice_: Sequence[Seen],
    counts: Mapping[str, int],
    perspective: Perspective,
    rest: Rest | None = None,
    names: Names | None = None,
) -> dict[str, Any]:
    """What was so, from the facts that are known and not retracted, and the `counts` of all that are known.

    Every list is whole; with `rest`, which gives addresses, it has its first items and says where the others are.
    A slice may leave out answers that others have surely succeeded: the state is the same. Where it leaves out
    others, `names` says what names mean.
    """
    answers = _keyed(slice_, perspective, names)
    sections: dict[str, Any] = {
        "negotiation": shown_negotiation(negotiation),
        "perspective": perspective_shown(perspective),
    }
    for register in registers():
        _put(
            sections,
            register,
            answers.get(register, {}),
            rest,
            certain=perspective.match == "certain",
        )
    sections["facts"] = dict(counts)
    return sections


def section(
    page: Page,
    slice_: Sequence[Seen],
    perspective: Perspective,
    rest: Rest,
    names: Names | None = None,
) -> tuple[list[Any], Place | None]:
    """A page of one list of the state (`lists`): its items, and the place of the last where more follow.

    Past the place of a rival come the other rivals of its entry.
    """
    found = listed(page.path, slice_, perspective, rest, names=names)
    after = page.after
    if after is not None and len(after) > len(places(page.path)[0]):
        found = found.within(after[:-1])
    return found.page(after, page.limit, ROOM_OF_PAGE)


def listed(
    path: str,
    slice_: Sequence[Seen],
    perspective: Perspective,
    rest: Rest,
    wanted: Callable[[Place], bool] = lambda _: True,
    names: Names | None = None,
) -> Listed:
    """One list of the state; of entries only those whose place is `wanted`, if that is said."""
    register, part = lists()[path]
    candidates = _keyed(slice_, perspective, names, register).get(register, {})
    kept = {key: found for key, found in candidates.items() if wanted(place_of(key))}
    return _lists(register, kept, rest, certain=perspective.match == "certain")[part]


def lists() -> dict[str, tuple[Register, str]]:
    """Every list of the state by its path, with its register and which of the register's lists it is."""
    return {
        f"{register.section}.{part}" if part else register.section: (register, part)
        for register in registers()
        for part in _lists(register, {}, None)
    }


def places(path: str) -> tuple[tuple[type[int | str], ...], ...]:
    """The shapes that a place in a list can have: of its items, and of the rivals in them."""
    register, part = lists()[path]
    of_item = (int, int) if register.shape is Shape.TOTAL else (str,)
    return (of_item,) if part else (of_item, (*of_item, int))


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


def _keyed(
    slice_: Sequence[Seen],
    perspective: Perspective,
    names: Names | None,
    only: Register | None = None,
) -> Keyed:
    """The answers in each register, or in one alone, by key."""
    names, settled = names or Names.of(slice_), _settled(slice_)
    keyed: Keyed = defaultdict(lambda: defaultdict(list))
    for seen in slice_:
        succeeds = _succeeds(seen, perspective)
        fact = seen.version.record.fact
        for answer in fact.answers():
            if only is not None and answer.register != only:
                continue
            holds = _speaks(answer.register, seen, perspective, settled)
            if holds or (succeeds and answer.register.succession):
                shows, key = names.answered(fact, answer)
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


def _put(
    sections: dict[str, Any],
    register: Register,
    candidates: Mapping[Key, list[Candidate]],
    rest: Rest | None,
    *,
    certain: bool,
) -> None:
    """Put what a register shows at its path: a list, an entry or a total."""
    *parents, name = register.section.split(".")
    for parent in parents:
        sections = sections.setdefault(parent, {})
    if register.shape is Shape.TOTAL:
        sections[name] = shown_total(register, _everyone(candidates), rest)
        return
    listed = entries(register, candidates, rest, certain=certain)
    if register.shape is Shape.SINGLE:
        sections[name] = next(iter(listed.page(None, 1)[0]), None)
    else:
        listed.fill(sections, name, register.section, rest)


def _lists(
    register: Register,
    candidates: Mapping[Key, list[Candidate]],
    rest: Rest | None,
    *,
    certain: bool = False,
) -> dict[str, Listed]:
    """The lists of a register: its entries, or its total's parts, as ``; a total's other lists by their names."""
    if register.shape is Shape.TOTAL:
        return summed_lists(register, _everyone(candidates), rest)[1]
    return {"": entries(register, candidates, rest, certain=certain)}


def _everyone(candidates: Mapping[Key, list[Candidate]]) -> list[Candidate]:
    return [candidate for found in candidates.values() for candidate in found]


def counted(known: Iterable[FactVersion]) -> dict[str, int]:
    """Of all facts known, retracted ones too: how many, how many corrected ever, how many retracted."""
    found = list(known)
    return {
        "recorded": len(found),
        "corrected": sum(version.record.corrected for version in found),
        "retracted": sum(version.record.status == "retracted" for version in found),
    }
