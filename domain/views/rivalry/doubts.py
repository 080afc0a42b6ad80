"""Finds the entries that an answer under an ambiguous name makes doubtful.

A name is ambiguous if several ids bear it, or if aliases lead it to different names. An answer under it belongs to none
of the people whom it may mean, and contests the entry of each of them.
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


class Doubts:
    """The answers shown under ambiguous names, indexed by the people whom the names may mean."""

    def __init__(self, shown: Iterable[tuple[Key, Candidate]]) -> None:
        self._known: dict[str, list[tuple[Key, Candidate]]] = {}
        for key, candidate in shown:
            for meant in _list_meant(candidate):
                self._known.setdefault(meant, []).append((key, candidate))

    def __bool__(self) -> bool:
        return bool(self._known)

    def about(self, key: Key) -> list[Candidate]:
        """The answers that may be about a person in `key`; the rest of their keys has to be the same."""
        parts = dict.fromkeys(map(id_or_name, key))
        answers = (answer for part in parts for answer in self._known.get(part, ()))
        return [
            answer
            for bare, answer in answers
            if _differ_by_ambiguity(bare, key, _list_meant(answer))
        ]


def _list_meant(candidate: Candidate) -> dict[str, None]:
    """The ids and folded names of the people whom an answer's name may mean, in order."""
    listed = candidate.shows[AMBIGUOUS]
    return dict.fromkeys([*listed, *map(fold_name, listed)])


def id_or_name(part: str) -> str:
    """The id in a part of a key, or its name."""
    id_ = id_in(part)
    return part if id_ is None else id_


def _differ_by_ambiguity(bare: Key, key: Key, meant: Container[str]) -> bool:
    """Whether two keys differ, and only in parts that an ambiguous name may mean."""
    pairs = zip(bare, key, strict=False)
    return (
        bare != key
        and len(bare) == len(key)
        and all(one == other or id_or_name(other) in meant for one, other in pairs)
    )


def add_doubts(resolved: Resolved, others: Sequence[Candidate]) -> Resolved:
    """The entry with `others`, which may be about the same person, as rivals; it is contested and only possible."""
    if not others or resolved.shown is None:
        return resolved
    shown = replace(resolved.shown, seen=replace(resolved.shown.seen, certainty="possible"))
    return replace(resolved, shown=shown, rivals=[*resolved.rivals, *others], contested=True)
