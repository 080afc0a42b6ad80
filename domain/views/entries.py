"""An entry of the state is what one key shows, with its rivals; the entries of a register go by folded key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.fact import as_primitives
from domain.views.brief import brief
from domain.views.doubts import Doubts, doubted
from domain.views.naming import AMBIGUOUS
from domain.views.rivals import Candidate, Resolved, ranked, standing
from domain.views.sections import Listed, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from domain.register import Register
    from domain.views.sections import Key, Place, Rest


def entries(
    register: Register,
    candidates: Mapping[Key, list[Candidate]],
    rest: Rest | None,
    *,
    certain: bool = False,
) -> Listed:
    """One entry a key, by folded key; a key whose answers have all ceased has none.

    Who may be meant by a bare name is in doubt; where only what is `certain` is shown, they have no entry.
    """
    stand = {key: standing(found, register) for key, found in sorted(candidates.items())}
    held = [(key, each) for key, each in stand.items() if each]
    doubts = Doubts(
        (key, ranked(each, register).shown) for key, each in held if AMBIGUOUS in each[0].shows
    )
    found = [(key, each) for key, each in held if not (certain and doubts.about(key))]

    def resolved(index: int) -> Resolved:
        key, each = found[index]
        return doubted(ranked(each, register), doubts.about(key))

    return listed(register, [place_of(key) for key, _ in found], resolved, rest)


def listed(
    register: Register,
    at: Sequence[Place],
    resolved: Callable[[int], Resolved],
    rest: Rest | None,
    more: Callable[[int], dict[str, Any]] = lambda _: {},
) -> Listed:
    """Entries by place, each with `more` in front; within each its rivals."""

    def item(index: int) -> dict[str, Any]:
        shown = resolved(index)
        entry = {**more(index), **_entry(shown)}
        _rivals(shown, at[index]).fill(entry, "rivals", register.section, rest)
        return entry

    return Listed(at, item, inside=lambda index: _rivals(resolved(index), at[index]))


def _rivals(resolved: Resolved, place: Place) -> Listed:
    versions = [rival.version for rival in resolved.rivals]
    at = [(*place, version.first_position) for version in versions]
    return Listed(at, lambda index: brief(versions[index]), ascending=False)


def _entry(resolved: Resolved) -> dict[str, Any]:
    shown = resolved.shown
    return {
        **{field: as_primitives(value) for field, value in shown.shows.items()},
        "since": shown.fact.valid_time.start_text,
        "certainty": shown.seen.certainty,
        "contested": resolved.contested,
        "fact": brief(shown.version),
    }
