"""Resolves all registers at a perspective; together they are the state.

A register names the section in which it is shown, so a kind of fact that declares a new register adds a section.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from domain.fact import KINDS
from domain.register import Register, Shape
from domain.views.answers import Answers
from domain.views.brief import describe_negotiation, describe_perspective
from domain.views.counting.state_totals import SUM_LISTS, describe_total, sum_answered, sum_lists
from domain.views.entries import list_entries
from domain.views.naming import Names
from domain.views.sections import ROOM_OF_PAGE, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.streams.negotiation import Negotiation
    from domain.time.perspective import Perspective
    from domain.views.sections import Listed, PageQuery, Rest
    from domain.views.versions import FactVersion, Seen


def resolve_state(
    negotiation: Negotiation,
    slice_: Sequence[Seen],
    counts: Mapping[str, int],
    perspective: Perspective,
    rest: Rest | None = None,
    names: Names | None = None,
) -> dict[str, Any]:
    """The state, from the facts that are known and not retracted, with the `counts` of all known facts.

    Without `rest` every list is whole. With `rest`, which makes addresses, a list has its first items and the address
    of the others. A slice may leave out answers that have surely been replaced; the state is the same. If it leaves out
    facts, `names` has to come from all facts.
    """
    answers = Answers.of(map(_version, slice_), names or Names.of(slice_))
    return describe_state(negotiation, lambda _: Section(answers), counts, perspective, rest)


@dataclass(frozen=True, slots=True)
class Section:
    """The answers from which a section is made: those of all its facts, or only those at its `first` places.

    In the second case `count` is the number of all its entries.
    """

    answers: Answers
    first: Container[Place] | None = None
    count: int | None = None


def describe_state(
    negotiation: Negotiation,
    section_of: Callable[[Register], Section],
    counts: Mapping[str, int],
    perspective: Perspective,
    rest: Rest | None = None,
) -> dict[str, Any]:
    """The state as `resolve_state` gives it, from the answers that `section_of` gives for each section."""
    sections: dict[str, Any] = {
        "negotiation": describe_negotiation(negotiation),
        "perspective": describe_perspective(perspective),
    }
    for register in list_registers():
        _put(sections, register, section_of(register), perspective, rest)
    sections["facts"] = dict(counts)
    return sections


def page_section(
    page: PageQuery,
    slice_: Sequence[Seen],
    perspective: Perspective,
    rest: Rest,
    names: Names | None = None,
) -> tuple[list[Any], Place | None]:
    """A page of a list of the state (`lists_by_path`): its items, and the place of the last item, or None at the end.

    If the page follows the place of a rival, or of an answer beside an entry, its items are the further ones there.
    """
    register, _ = lists_by_path()[page.path]
    answers = Answers.of(map(_version, slice_), names or Names.of(slice_), register)
    return page_answers(page, answers, perspective, rest)


def page_answers(
    page: PageQuery, answers: Answers, perspective: Perspective, rest: Rest
) -> tuple[list[Any], Place | None]:
    """A page as `page_section` gives it, from the answers of all facts."""
    listed = limit_list(page.path, answers, perspective, rest)
    after = page.after
    whole = len(place_types(page.path)[0])
    if after is not None and len(after) > whole:
        name = after[whole]
        listed = listed.within(after[:whole], name if isinstance(name, str) else None)
    return listed.page(after, page.limit, ROOM_OF_PAGE)


def limit_list(
    path: str,
    answers: Answers,
    perspective: Perspective,
    rest: Rest,
    wanted: Callable[[Place], bool] | None = None,
) -> Listed:
    """One list of the state; only with the entries whose place is `wanted`, if that is given."""
    register, part = lists_by_path()[path]
    answered = answers.at(register, perspective)
    if register.shape is Shape.TOTAL:
        sum_ = sum_answered(
            register.summed or "", answered.values(), perspective, answers.contributions
        )
        return sum_lists(sum_, rest)[part]
    certain = perspective.match == "certain"
    return list_entries(register, answered, rest, certain=certain, wanted=wanted)


def lists_by_path() -> dict[str, tuple[Register, str]]:
    """{path: (register, name of the list in it)} for every list of the state."""
    return {
        f"{register.section}.{part}" if part else register.section: (register, part)
        for register in list_registers()
        for part in _parts(register)
    }


def place_types(path: str) -> tuple[tuple[type[int | str], ...], ...]:
    """The types of the parts of a place in a list: first for an item, then for a rival, and for an answer beside it."""
    register, part = lists_by_path()[path]
    of_item = (int, int) if register.shape is Shape.TOTAL else (str,)
    beside = [(*of_item, str, int, int)] if any(aside.many for aside in register.asides) else []
    return (of_item,) if part else (of_item, (*of_item, int), *beside)


def list_registers() -> list[Register]:
    """Every register that a registered kind declares, by section."""
    declared = {register for kind in KINDS.values() for register in kind.registers}
    return sorted(declared, key=lambda register: register.section)


def _put(
    sections: dict[str, Any],
    register: Register,
    section: Section,
    perspective: Perspective,
    rest: Rest | None,
) -> None:
    """Put a register's list, entry or total into the sections, at its path."""
    answers, first = section.answers, section.first
    answered = answers.at(register, perspective)
    *parents, name = register.section.split(".")
    for parent in parents:
        sections = sections.setdefault(parent, {})
    if register.shape is Shape.TOTAL:
        sections[name] = describe_total(
            register, answered.values(), perspective, rest, answers.contributions
        )
        return
    certain, wanted = perspective.match == "certain", None if first is None else first.__contains__
    listed = list_entries(register, answered, rest, certain=certain, wanted=wanted)
    if register.shape is Shape.SINGLE:
        sections[name] = next(iter(listed.page(None, 1)[0]), None)
    else:
        replace(listed, count=section.count).fill(sections, name, register.section, rest)


def _parts(register: Register) -> tuple[str, ...]:
    """The names of a register's lists. The list of its entries, or of its total's parts, has an empty name."""
    return SUM_LISTS if register.shape is Shape.TOTAL else ("",)


def _version(seen: Seen) -> FactVersion:
    return seen.version


def count_facts(known: Iterable[FactVersion]) -> dict[str, int]:
    """How many facts are known, retracted ones included, how many were ever corrected, and how many are retracted."""
    versions = list(known)
    return {
        "recorded": len(versions),
        "corrected": sum(version.record.corrected for version in versions),
        "retracted": sum(version.record.status == "retracted" for version in versions),
    }
