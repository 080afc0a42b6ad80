"""Where several ids bear a name, an answer under the bare name belongs to no id, and contests that of each id."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.named import id_in
from domain.views.naming import AMBIGUOUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.views.rivalry.candidates import Candidate
    from domain.views.rivalry.rivals import Resolved
    from domain.views.sections import Key

__all__ = ["Doubts", "add_doubts"]


class Doubts:
    """The answers shown under bare names that several ids bear, one for each name, to be found by each of those ids."""

    def __init__(self, shown: Iterable[tuple[Key, Candidate]]) -> None:
        self._known: dict[str, list[tuple[Key, Candidate]]] = {}
        for key, candidate in shown:
            for id_ in candidate.shows[AMBIGUOUS]:
                self._known.setdefault(id_, []).append((key, candidate))

    def about(self, key: Key) -> list[Candidate]:
        """The answers that may be about a person whom a key names, under keys that are otherwise the same."""
        ids = {id_: None for part in key if (id_ := id_in(part)) is not None}
        answers = (answer for id_ in ids for answer in self._known.get(id_, ()))
        return [answer for bare, answer in answers if _alike(bare, key)]


def _alike(bare: Key, key: Key) -> bool:
    return len(bare) == len(key) and all(
        one == other or id_in(other) is not None for one, other in zip(bare, key, strict=True)
    )


def add_doubts(resolved: Resolved, others: Sequence[Candidate]) -> Resolved:
    """The resolved entry with the answers that may be about the same person as rivals: contested, and only possible."""
    if not others or resolved.shown is None:
        return resolved
    shown = replace(resolved.shown, seen=replace(resolved.shown.seen, certainty="possible"))
    return replace(resolved, shown=shown, rivals=[*resolved.rivals, *others], contested=True)
