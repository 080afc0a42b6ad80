"""Who speaks for whom, under which name: appointments, missions and aliases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from typing_extensions import TypedDict

from domain.fact import Fact, kind
from domain.named import Name, Person, Post, Somebody, Sort, text_of
from domain.register import Register, RegisterEntry, Succession
from domain.time.holding import Holding

if TYPE_CHECKING:
    from collections.abc import Iterable

MissionStatus = Literal["open", "suspended", "closed"]


class PostEntry(TypedDict):
    """Who holds a post, or null where it is not known who followed."""

    post: str
    holder: Name | None
    appointed_by: Name | None
    on_behalf_of: Name | None


class MissionEntry(TypedDict):
    """Whether a mission is open."""

    post: str
    status: MissionStatus


POSTS: Final = Register("posts", succession=Succession.YIELDING, vacant=True, entry=PostEntry)
MISSIONS: Final = Register("missions", succession=Succession.YIELDING, entry=MissionEntry)
_SORTS: Final = {"post": Sort.POST, "place": Sort.PLACE, "population": Sort.POPULATION}


@kind(holds=Holding.PERIOD, registers=(POSTS,))
@dataclass(frozen=True, kw_only=True)
class Appointment(Fact):
    """`person` holds `post` for a period."""

    kind: Literal["appointment"] = "appointment"
    person: Person
    post: Post
    appointed_by: Somebody | None = None
    on_behalf_of: Somebody | None = None

    def register_entries(self) -> Iterable[RegisterEntry]:
        """Who holds the post."""
        shows = {
            "holder": self.person,
            "appointed_by": self.appointed_by,
            "on_behalf_of": self.on_behalf_of,
        }
        yield RegisterEntry(POSTS, {"post": self.post}, shows, frozenset({"holder"}), ("holder",))


@kind(holds=Holding.PERIOD, registers=(MISSIONS,))
@dataclass(frozen=True, kw_only=True)
class Mission(Fact):
    """An embassy or other standing mission (`post`) is open, suspended or closed."""

    kind: Literal["mission"] = "mission"
    post: Post
    status: MissionStatus

    def register_entries(self) -> Iterable[RegisterEntry]:
        """What state the mission is in."""
        yield RegisterEntry(
            MISSIONS, {"post": self.post}, {"status": self.status}, compared=("status",)
        )


@kind(holds=Holding.ONWARD)
@dataclass(frozen=True, kw_only=True)
class Alias(Fact):
    """`name` is another name of `same_as`; `of` says whether they name a person, a post, a place and so on.

    Each name of a person or organisation may have an id.
    """

    kind: Literal["alias"] = "alias"
    name: Name
    same_as: Name
    of: Literal["person", "post", "place", "population", "organisation"] = "person"

    @property
    def sort(self) -> Sort:
        """What both are names of; a body is named where a person is."""
        return _SORTS.get(self.of, Sort.SOMEBODY)

    def list_names(self) -> Iterable[Name]:
        """Both spellings, of somebody."""
        return (*self._of(Sort.SOMEBODY), *self.people)

    def list_places(self) -> Iterable[str]:
        """Both spellings, of a place."""
        return (*map(text_of, self._of(Sort.PLACE)), *self.places)

    def bodies(self) -> Iterable[Name]:
        """Both spellings, of an organisation."""
        both = (self.name, self.same_as) if self.of == "organisation" else ()
        return (*both, *super().bodies())

    def _of(self, sort: Sort) -> tuple[Name, ...]:
        return (self.name, self.same_as) if self.sort is sort else ()
