"""Names as known at a perspective: an alias leads to the name that it is the same as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.facts.envoys import Alias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.history import Seen


def folded(name: str) -> str:
    """A name as it is compared: case and runs of blanks do not count."""
    return " ".join(name.casefold().split())


@dataclass(frozen=True, slots=True)
class Names:
    """Which name each alias leads to, by folded alias."""

    same_as: Mapping[str, str]

    @classmethod
    def of(cls, slice_: Iterable[Seen]) -> Names:
        """The aliases among facts that hold; of two for one name the later recorded counts."""
        facts = (seen.version.record.fact for seen in slice_ if seen.certainty is not None)
        return cls({folded(f.name): f.same_as for f in facts if isinstance(f, Alias)})

    def canonical(self, name: str) -> str:
        """The name at the end of the aliases; of a ring of aliases the first in the order of letters."""
        way: dict[str, str] = {}
        while (key := folded(name)) in self.same_as:
            if key in way:
                met = list(way)
                return min((way[each] for each in met[met.index(key) :]), key=folded)
            name = way[key] = self.same_as[key]
        return name

    def shown(self, fields: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
        """The fields with every name in them made canonical."""
        return {
            field: self.canonical(value) if field in names and isinstance(value, str) else value
            for field, value in fields.items()
        }
