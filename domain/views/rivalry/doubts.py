"""Where several ids bear a name, what is said of the bare name is nobody's, and contests what is said of each."""

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

__all__ = ["Doubts", "doubted"]


class Doubts:
    """What is shown under bare names that several ids bear, by those ids: of each name one answer."""

    def __init__(self, shown: Iterable[tuple[Key, Candidate]]) -> None:
        self._known: dict[str, list[tuple[Key, Candidate]]] = {}
        for key, each in shown:
            for id_ in each.shows[AMBIGUOUS]:
                self._known.setdefault(id_, []).append((key, each))

    def about(self, key: Key) -> list[Candidate]:
        """Those that may be about whom a key names, and are the same question but for that."""
        ids = {id_: None for part in key if (id_ := id_in(part)) is not None}
        found = (each for id_ in ids for each in self._known.get(id_, ()))
        return [each for bare, each in found if _alike(bare, key)]


def _alike(bare: Key, key: Key) -> bool:
    return len(bare) == len(key) and all(
        one == other or id_in(other) is not None for one, other in zip(bare, key, strict=True)
    )


def doubted(resolved: Resolved, others: Sequence[Candidate]) -> Resolved:
    """What is shown, with what may be about the same person: contested, and possible at most."""
    if not others or resolved.shown is None:
        return resolved
    shown = replace(resolved.shown, seen=replace(resolved.shown.seen, certainty="possible"))
    return replace(resolved, shown=shown, rivals=[*resolved.rivals, *others], contested=True)
