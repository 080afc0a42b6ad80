"""Names as known at a perspective: an alias leads to the name that it is the same as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.facts.envoys import Alias
from domain.naming import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.history import Seen


class Names:
    """Which name each alias leads to: `same_as` is the name that a folded alias is the same as."""

    def __init__(self, same_as: Mapping[str, str]) -> None:
        self._ends = _ends(same_as)

    @classmethod
    def of(cls, slice_: Iterable[Seen]) -> Names:
        """The aliases among facts that hold; of two for one name the later recorded counts."""
        facts = (seen.version.record.fact for seen in slice_ if seen.certainty is not None)
        return cls({folded(f.name): f.same_as for f in facts if isinstance(f, Alias)})

    def canonical(self, name: str) -> str:
        """The name at the end of the aliases; of a ring of aliases the first in the order of letters."""
        return self._ends.get(folded(name), name)

    def shown(self, fields: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
        """The fields with every name in them made canonical."""
        return {
            field: self.canonical(value) if field in names and isinstance(value, str) else value
            for field, value in fields.items()
        }


def _ends(same_as: Mapping[str, str]) -> dict[str, str]:
    """Where each alias leads in the end; every alias is walked over once, however long or closed the way."""
    ends: dict[str, str] = {}
    for start in same_as:
        way: dict[str, str] = {}
        name, key = start, start
        while key in same_as and key not in ends and key not in way:
            name = way[key] = same_as[key]
            key = folded(name)
        if key in way:
            met = list(way)
            name = min((way[each] for each in met[met.index(key) :]), key=folded)
        ends |= dict.fromkeys(way, ends.get(key, name))
    return ends
