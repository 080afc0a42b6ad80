"""Where a name may mean several, an answer under it belongs to none of them, and contests the answer of each.

So it is where several ids bear a name, and where aliases lead it to different names.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.named import id_in
from domain.naming import fold_name
from domain.views.naming import AMBIGUOUS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from domain.views.rivalry.candidates import Candidate
    from domain.views.rivalry.rivals import Resolved
    from domain.views.sections import Key

__all__ = ["Doubts", "add_doubts"]


class Doubts:
    """The answers shown under names that may mean several, to be found by each whom they may mean."""

    def __init__(self, shown: Iterable[tuple[Key, Candidate]]) -> None:
        self._known: dict[str, list[tuple[Key, Candidate]]] = {}
        for key, candidate in shown:
            for meant in _meant(candidate):
                self._known.setdefault(meant, []).append((key, candidate))

    def __bool__(self) -> bool:
        return bool(self._known)

    def about(self, key: Key) -> list[Candidate]:
        """The answers that may be about somebody whom a key names, under keys that are otherwise the same."""
        parts = dict.fromkeys(map(_called, key))
        answers = (answer for part in parts for answer in self._known.get(part, ()))
        return [answer for bare, answer in answers if _alike(bare, key, _meant(answer))]


def _meant(candidate: Candidate) -> dict[str, None]:
    """The ids and folded names that an answer's name may mean, in order."""
    listed = candidate.shows[AMBIGUOUS]
    return dict.fromkeys([*listed, *map(fold_name, listed)])


def _called(part: str) -> str:
    """The id in a part of a key, or its name."""
    id_ = id_in(part)
    return part if id_ is None else id_


def _alike(bare: Key, key: Key, meant: Container[str]) -> bool:
    """Whether two keys differ in one part or several, each of which a name may mean."""
    pairs = zip(bare, key, strict=False)
    return (
        bare != key
        and len(bare) == len(key)
        and all(one == other or _called(other) in meant for one, other in pairs)
    )


def add_doubts(resolved: Resolved, others: Sequence[Candidate]) -> Resolved:
    """The resolved entry with the answers that may be about the same person as rivals: contested, and only possible."""
    if not others or resolved.shown is None:
        return resolved
    shown = replace(resolved.shown, seen=replace(resolved.shown.seen, certainty="possible"))
    return replace(resolved, shown=shown, rivals=[*resolved.rivals, *others], contested=True)
