"""The state is all registers, resolved at a perspective.

A register names the section in which it is shown, so a kind of fact that declares a new register adds a section.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from domain.fact import KINDS
from domain.register import Register, Shape, Succession
from domain.views.brief import describe_negotiation, describe_perspective
from domain.views.counting.totals import SUM_LISTS, describe_total, sum_facts, sum_lists
from domain.views.entries import list_entries
from domain.views.naming import Names
from domain.views.rivalry.candidates import Candidate
from domain.views.sections import ROOM_OF_PAGE, place_of
from domain.views.versions import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from uuid import UUID

    from domain.streams.negotiation import Negotiation
    from domain.time.holding import Certainty
    from domain.time.perspective import Perspective
    from domain.views.sections import Key, Listed, Page, Place, Rest
    from domain.views.versions import FactVersion, Seen

Keyed = dict[Register, dict["Key", list[Candidate]]]


def resolve_state(
    negotiation: Negotiation,
    slice_: Sequence[Seen],
    counts: Mapping[str, int],
    perspective: Perspective,
    rest: Rest | None = None,
    names: Names | None = None,
) -> dict[str, Any]:
    """The state by the facts that are known and not retracted, with the `counts` of all known facts.

    Every list is whole, unless `rest` is given, which makes addresses: then a list has its first items and the address
    of the rest. A slice without the answers that have surely been succeeded gives the same state. Where a slice leaves
    out other facts, `names` has to come from all facts.
    """
    answers = group_by_key(slice_, perspective, names)
    sections: dict[str, Any] = {
        "negotiation": describe_negotiation(negotiation),
        "perspective": describe_perspective(perspective),
    }
    for register in list_registers():
        _put(sections, register, answers.get(register, {}), perspective, rest)
    sections["facts"] = dict(counts)
    return sections


def page_section(
    page: Page,
    slice_: Sequence[Seen],
    perspective: Perspective,
    rest: Rest,
    names: Names | None = None,
) -> tuple[list[Any], Place | None]:
    """A page of a list of the state (`lists_by_path`): its items, and the place of the last or None at the end.

    A page after the place of a rival has the other rivals of that entry.
    """
    listed = limit_list(page.path, slice_, perspective, rest, names=names)
    after = page.after
    if after is not None and len(after) > len(place_types(page.path)[0]):
        listed = listed.within(after[:-1])
    return listed.page(after, page.limit, ROOM_OF_PAGE)


def limit_list(
    path: str,
    slice_: Sequence[Seen],
    perspective: Perspective,
    rest: Rest,
    wanted: Callable[[Place], bool] = lambda _: True,
    names: Names | None = None,
) -> Listed:
    """One list of the state, in which a list of entries has only those whose place is `wanted`."""
    register, part = lists_by_path()[path]
    candidates = group_by_key(slice_, perspective, names, register).get(register, {})
    answers = {key: facts for key, facts in candidates.items() if wanted(place_of(key))}
    if register.shape is Shape.TOTAL:
        sum_ = sum_facts(_everyone(answers), register.summed or "", perspective)
        return sum_lists(sum_, rest)[part]
    return list_entries(register, answers, rest, certain=perspective.match == "certain")


def lists_by_path() -> dict[str, tuple[Register, str]]:
    """{path: (register, name of the list in it)} for every list of the state."""
    return {
        f"{register.section}.{part}" if part else register.section: (register, part)
        for register in list_registers()
        for part in _parts(register)
    }


def place_types(path: str) -> tuple[tuple[type[int | str], ...], ...]:
    """The types that a place in a list can have: the place of an item, and the place of a rival in an item."""
    register, part = lists_by_path()[path]
    of_item = (int, int) if register.shape is Shape.TOTAL else (str,)
    return (of_item,) if part else (of_item, (*of_item, int))


def list_registers() -> list[Register]:
    """Every register that a registered kind declares, by section."""
    declared = {register for kind in KINDS.values() for register in kind.registers}
    return sorted(declared, key=lambda register: register.section)


def group_by_key(
    slice_: Sequence[Seen],
    perspective: Perspective,
    names: Names | None,
    only: Register | None = None,
) -> Keyed:
    """The answers in each register, or only in one, by key; a fact has at most one answer under a key."""
    names, settled = names or Names.of(slice_), _settled(slice_, "certain")
    perhaps = _settled(slice_, "possible")
    keyed: dict[Register, dict[Key, dict[UUID, Candidate]]] = defaultdict(lambda: defaultdict(dict))
    for seen in slice_:
        record = seen.version.record
        if only is not None and only not in record.fact.registers:
            continue
        begun = record.fact.window.certain_from <= perspective.as_of
        targets = record.link_targets if settled or perhaps else frozenset()
        carried_out = not settled.isdisjoint(targets)
        in_doubt = not perhaps.isdisjoint(targets)
        for answer in record.fact.register_entries():
            register, aside = answer.register, answer.aside
            if only is not None and register != only:
                continue
            if carried_out and register.settled:
                continue
            read = _in_doubt(seen) if in_doubt and register.settled else seen
            holds = _speaks(register, read, perspective, settled)
            counts = read.certainty is not None and register.shape is Shape.TOTAL
            if holds or counts or (begun and register.succession is not Succession.NONE):
                shows, key = names.read_answer(record.fact, answer)
                done = carried_out and aside is not None and aside.many
                candidate = Candidate(
                    read,
                    shows,
                    answer.compared,
                    holds,
                    begun,
                    aside,
                    tuple(answer.key),
                    done,
                    begun and answer.lasting,
                    names,
                )
                keyed[register][key].setdefault(record.id, candidate)
    return {
        register: {key: list(facts.values()) for key, facts in by_key.items()}
        for register, by_key in keyed.items()
    }


def _in_doubt(seen: Seen) -> Seen:
    """The fact with certainty "possible" where it holds, because another fact may have settled it."""
    return replace(seen, certainty=seen.certainty and "possible")


def _speaks(
    register: Register, seen: Seen, perspective: Perspective, settled: frozenset[str]
) -> bool:
    if not register.ahead:
        return matches(seen.certainty, perspective)
    record = seen.version.record
    ahead = record.fact.window.certain_from > perspective.as_of
    return ahead and not (record.link_targets | {f"matter:{record.fact.matter}"}) & settled


def _settled(slice_: Iterable[Seen], certainty: Certainty) -> frozenset[str]:
    """What facts of this certainty have settled, and what known facts have called off."""
    targets: set[str] = set()
    for seen in slice_:
        fact = seen.version.record.fact
        targets.update(fact.calls_off())
        if seen.certainty == certainty:
            targets.update(fact.settles())
    return frozenset(targets)


def _put(
    sections: dict[str, Any],
    register: Register,
    candidates: Mapping[Key, list[Candidate]],
    perspective: Perspective,
    rest: Rest | None,
) -> None:
    """Put a register's list, entry or total into the sections, at its path."""
    *parents, name = register.section.split(".")
    for parent in parents:
        sections = sections.setdefault(parent, {})
    if register.shape is Shape.TOTAL:
        sections[name] = describe_total(register, _everyone(candidates), perspective, rest)
        return
    listed = list_entries(register, candidates, rest, certain=perspective.match == "certain")
    if register.shape is Shape.SINGLE:
        sections[name] = next(iter(listed.page(None, 1)[0]), None)
    else:
        listed.fill(sections, name, register.section, rest)


def _parts(register: Register) -> tuple[str, ...]:
    """The names of a register's lists; that of its entries, or of its total's parts, is empty."""
    return SUM_LISTS if register.shape is Shape.TOTAL else ("",)


def _everyone(candidates: Mapping[Key, list[Candidate]]) -> list[Candidate]:
    return [candidate for facts in candidates.values() for candidate in facts]


def count_facts(known: Iterable[FactVersion]) -> dict[str, int]:
    """How many facts are known, retracted ones included, how many were ever corrected, and how many are retracted."""
    versions = list(known)
    return {
        "recorded": len(versions),
        "corrected": sum(version.record.corrected for version in versions),
        "retracted": sum(version.record.status == "retracted" for version in versions),
    }
