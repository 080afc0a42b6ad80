"""Makes the entries of the state: the answer shown under one key, with its rivals; in the order of folded keys."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from domain.fact import as_primitives
from domain.views.brief import describe_briefly
from domain.views.naming import AMBIGUOUS
from domain.views.rivalry.doubts import Doubts, add_doubts
from domain.views.sections import Listed, Places, bound_list, place_of
from domain.views.since import since

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from domain.register import Register
    from domain.views.rivalry.answered import Answered
    from domain.views.rivalry.candidates import Candidate
    from domain.views.rivalry.rivals import Resolved
    from domain.views.sections import Key, Place, Rest


def list_entries(
    register: Register,
    answered: Mapping[Key, Answered],
    rest: Rest | None,
    *,
    certain: bool = False,
    wanted: Callable[[Place], bool] | None = None,
) -> Listed:
    """The entries of a register, in the order of keys; only those whose place is `wanted`, if that is given.

    If all answers under a key have ended, it has no entry, or a vacant one. An entry that an ambiguous name may also be
    about is only possible; it is left out if only what is `certain` is shown.
    """
    standing, doubts = find_entries(answered, certain=certain, wanted=wanted)

    def resolve(index: int) -> Resolved:
        key, answer = standing[index]
        return add_doubts(answer.resolved, doubts.about(key)) if doubts else answer.resolved

    listed = list_resolved(register, Places([key for key, _ in standing]), resolve, rest)
    if doubts:
        return listed

    def item(index: int) -> dict[str, Any]:
        answer = standing[index][1]
        return answer.kept_entry or answer.keep_entry(listed.item(index))

    return replace(listed, item=item, weigh=lambda index, entry: standing[index][1].weigh(entry))


def find_entries(
    answered: Mapping[Key, Answered],
    *,
    certain: bool,
    wanted: Callable[[Place], bool] | None = None,
) -> tuple[list[tuple[Key, Answered]], Doubts]:
    """The keys that have an entry, with their answers, and the answers under ambiguous names that may be about them."""
    doubts = Doubts(
        (key, shown)
        for key, answer in answered.items()
        if answer.is_ambiguous and (shown := answer.resolved.shown) is not None
    )
    standing = [
        (key, answer)
        for key, answer in answered.items()
        if (wanted is None or wanted(place_of(key)))
        and answer.standing is not None
        and not (certain and doubts and doubts.about(key))
    ]
    return standing, doubts


def list_resolved(
    register: Register,
    at: Sequence[Place],
    resolved: Callable[[int], Resolved],
    rest: Rest | None,
    beginning: Callable[[int], dict[str, Any]] = lambda _: {},
) -> Listed:
    """A list of entries, each beginning with the fields of `beginning`; inside are rivals, and what is beside it."""

    def item(index: int) -> dict[str, Any]:
        shown = resolved(index)
        href = rest and rest(register.section, at[index])
        entry = bound_list({**beginning(index), **_entry(shown, register)}, AMBIGUOUS, href)
        for name, beside in shown.beside.items():
            if isinstance(entry.get(name), list):
                _list_beside(beside, (*at[index], name)).fill(entry, name, register.section, rest)
        _rivals(shown, at[index]).fill(entry, "rivals", register.section, rest)
        return entry

    def inside(index: int, name: str | None) -> Listed:
        shown = resolved(index)
        if name is None:
            return _rivals(shown, at[index])
        return _list_beside(shown.beside.get(name, ()), (*at[index], name))

    return Listed(at, item, inside=inside)


def _rivals(resolved: Resolved, place: Place) -> Listed:
    versions = [rival.version for rival in (*resolved.rivals, *resolved.denials)]
    at = [(*place, version.first_position) for version in versions]
    return Listed(at, lambda index: describe_briefly(versions[index]), ascending=False)


def _list_beside(candidates: Sequence[Candidate], place: Place) -> Listed:
    """The answers that stand beside an entry, in the list at a place; a fact may give several, which are numbered."""
    seen: Counter[int] = Counter()
    at: list[Place] = []
    for candidate in candidates:
        position = candidate.version.first_position
        at.append((*place, position, seen[position]))
        seen[position] += 1
    return Listed(at, lambda index: _describe_short(candidates[index]), ascending=False)


def _entry(resolved: Resolved, register: Register) -> dict[str, Any]:
    shown, previous = resolved.shown, resolved.previous
    entry = _vacant(previous) if shown is None else _describe_fields(shown)
    entry |= {"contested": resolved.contested, "last_reported": resolved.last_reported}
    entry["fact"] = None if shown is None else describe_briefly(shown.version)
    if register.vacant:
        entry["previous"] = None if previous is None else _describe_short(previous)
    for aside in register.asides:
        beside = resolved.beside.get(aside.name, ())
        if aside.many:
            entry[aside.name] = []
        else:
            entry[aside.name] = _brief_of(beside[0]) if beside else None
    return entry


def _describe_fields(shown: Candidate) -> dict[str, Any]:
    """The fields that an answer shows; None for an empty text, as in a key without a name."""
    shows = ((name, None if value == "" else value) for name, value in shown.shows.items())
    return {**_primitives(shows), **_describe_when(shown)}


def _vacant(last: Candidate | None) -> dict[str, Any]:
    """The entry of a key whose last answer has surely ended, and nobody knows what followed."""
    shows = {} if last is None else last.shows
    key = () if last is None else last.key
    nothing = dict.fromkeys(shows, None) | {
        name: shows[name] for name in (*key, AMBIGUOUS) if name in shows
    }
    return {**_primitives(nothing.items()), "since": None, "certainty": "unknown"}


def _describe_short(candidate: Candidate) -> dict[str, Any]:
    """The short form of a further answer in an entry: the fields that are not in its key, since when, and its fact."""
    of_key = (*candidate.key, AMBIGUOUS)
    shows = ((name, value) for name, value in candidate.shows.items() if name not in of_key)
    return {
        **_primitives(shows),
        **_describe_when(candidate),
        "fact": describe_briefly(candidate.version),
    }


def _brief_of(candidate: Candidate) -> dict[str, Any]:
    return {**describe_briefly(candidate.version), **_describe_when(candidate)}


def _describe_when(candidate: Candidate) -> dict[str, Any]:
    return {
        "since": since(candidate.fact, within=candidate.within, singled=candidate.singled),
        "certainty": candidate.seen.certainty,
    }


def _primitives(fields: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: as_primitives(value) for name, value in fields}
