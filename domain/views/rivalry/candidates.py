"""A candidate is a fact that may be shown under one key of the state, as a perspective sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from domain.fact import KINDS, Fact, as_primitives, list_field_names
from domain.register import Aside
from domain.time.holding import Certainty
from domain.time.instant import BEGINNING
from domain.views.naming import Names
from domain.views.versions import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from domain.views.versions import FactVersion


NO_NAMES: Final = Names(())
"""Every name means itself."""
_ENCODER: Final = json.JSONEncoder(sort_keys=True)


@dataclass(frozen=True)
class Candidate:
    """A fact with the fields that it shows under a key, and the names of those by which it is compared with others.

    `holds`: it may be shown. `begun`: it has surely begun, even if it has ended since. `key` names the fields of
    `shows` that all facts under one key have in common. `done`: it has been carried out. `lasts`: it has surely
    begun, and no answer that begins later replaces it. `apart` and `singled`: as in `RegisterEntry`. `within`: it
    happened on one of the days that the fact names, but it is not known on which, as in a release of several days.
    `inside`: whether it happened in the stretch of time that a tally counts; None if it surely did not. `names`
    resolves the names in the fact. `surely`: only what surely holds is shown.
    """

    seen: Seen
    shows: Mapping[str, Any]
    compared: tuple[str, ...] = ()
    holds: bool = True
    begun: bool = False
    aside: Aside | None = None
    key: tuple[str, ...] = ()
    done: bool = False
    lasts: bool = False
    apart: str | None = None
    singled: bool = False
    within: bool = False
    inside: Certainty | None = "certain"
    names: Names = NO_NAMES
    surely: bool = False

    @property
    def weakened(self) -> Candidate:
        """The same candidate, only possible."""
        seen = replace(self.seen, certainty="possible")
        return replace(self, seen=seen, holds=self.holds and not self.surely)

    @property
    def version(self) -> FactVersion:
        """The fact's version."""
        return self.seen.version

    @property
    def fact(self) -> Fact:
        """The fact."""
        return self.seen.version.record.fact

    @property
    def id(self) -> UUID:
        """The fact's id."""
        return self.seen.version.record.id

    @property
    def people(self) -> set[str]:
        """The key parts of the people whom the fact names."""
        return {self.names.key(name) for name in self.fact.people}

    @property
    def bearers(self) -> dict[str, set[str]]:
        """{key part: key parts of the people whom it may mean} for the ambiguous names among its people."""
        named = self.fact.people if self.names.doubtful else ()
        return {
            self.names.key(name): ids for name in named if len(ids := self.names.bearers(name)) > 1
        }

    @property
    def origins(self) -> set[str]:
        """The key parts of its origins; an organisation with several names is one origin."""
        return {
            self.names.key(citation.origin or citation.publisher)
            for citation in self.fact.citations
        }

    def read_field(self, field: str) -> tuple[str, dict[str, Any]]:
        """What the fact says in a field (`population`, `counted_by`), as `Names.read_field` gives it."""
        return self.names.read_field(self.fact, field)

    @property
    def certain(self) -> bool:
        """Whether it surely holds."""
        return self.seen.certainty == "certain"

    @property
    def begins(self) -> int:
        """The earliest start."""
        return self.fact.valid_time.bounds.start_earliest

    @cached_property
    def order(self) -> tuple[int, int]:
        """A sort key for the order of time: its earliest start, then the position at which it was first recorded."""
        return self.begins, self.version.first_position

    @cached_property
    def starts(self) -> tuple[int, int]:
        """The earliest and the latest start, half-open; if it happened `within` some days, all of them."""
        if self.within:
            return self.placed
        bounds = self.fact.valid_time.bounds
        return bounds.start_earliest, bounds.start_latest

    @property
    def placed(self) -> tuple[int, int]:
        """When it happened or began to hold, half-open (`Fact.placed`)."""
        return self.fact.placed(singled=self.singled)

    @property
    def yields(self) -> bool:
        """Whether the next answer that begins replaces it: it has a single date or an unknown end."""
        valid = self.fact.valid_time
        return not valid.spans or valid.bounds.end_unknown

    @property
    def last_published(self) -> int:
        """The latest published time of its citations, microseconds UTC; before all others if no citation has one."""
        cited = (citation.published_at for citation in self.fact.citations)
        return max((at for at in cited if at is not None), default=BEGINNING)

    @cached_property
    def by_content(self) -> tuple[Content, int]:
        """A sort key for facts that are even otherwise: their content, so that the order of recording never decides."""
        return Content(self.fact), self.version.first_position


@dataclass(frozen=True, eq=False)
class Content:
    """The content of a fact as JSON, of which only the fields are made that are compared."""

    fact: Fact
    _made: dict[str, str] = field(default_factory=dict, init=False)

    def __eq__(self, other: object) -> bool:
        """Whether both say the same."""
        if not isinstance(other, Content):
            return False
        return self.fact is other.fact or self._differing(other) is None

    def __lt__(self, other: Content) -> bool:
        """Whether this one comes first in alphabetical order."""
        one, two = self._differing(other) or ("", "")
        return one < two

    def __hash__(self) -> int:
        """The hash of the JSON text."""
        return hash(tuple(self._fields()))

    def _differing(self, other: Content) -> tuple[str, str] | None:
        """The first fields in which two facts differ; None if there are none."""
        pairs = zip_longest(self._fields(), other._fields(), fillvalue="")
        return next((pair for pair in pairs if pair[0] != pair[1]), None)

    def _fields(self) -> Iterator[str]:
        """The fields in JSON, by name, each with what follows it in the text of the whole fact."""
        names = _sort_fields(self.fact.kind)
        for name in names:
            made = self._made.get(name)
            if made is None:
                value = _ENCODER.encode(as_primitives(getattr(self.fact, name)))
                made = self._made[name] = f'"{name}": {value}{", " if name != names[-1] else "}"}'
            yield made


@cache
def _sort_fields(kind: str) -> Sequence[str]:
    return sorted(list_field_names(KINDS[kind]) or ())


def precedes(one: Candidate, latest_start: int) -> bool:
    """Whether a candidate surely began before another, whose earliest start is `latest_start`."""
    earliest, latest = one.starts
    return latest <= latest_start and earliest < latest_start
