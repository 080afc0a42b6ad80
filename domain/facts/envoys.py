"""Who speaks for whom, under which name: appointments, missions and aliases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from domain.fact import Fact, kind
from domain.holding import Holding
from domain.register import Answer, Register

if TYPE_CHECKING:
    from collections.abc import Iterable

POSTS: Final = Register("posts")
MISSIONS: Final = Register("missions", succession=True)


@kind(holds=Holding.PERIOD, registers=(POSTS,))
@dataclass(frozen=True, kw_only=True)
class Appointment(Fact):
    """`person` holds `post` while the period runs."""

    kind: Literal["appointment"] = "appointment"
    person: str
    post: str
    appointed_by: str | None = None
    on_behalf_of: str | None = None

    def named(self) -> Iterable[str]:
        """The person appointed, too."""
        return (self.person, *self.people)

    def answers(self) -> Iterable[Answer]:
        """Who holds the post."""
        shows = {
            "holder": self.person,
            "appointed_by": self.appointed_by,
            "on_behalf_of": self.on_behalf_of,
        }
        yield Answer(POSTS, {"post": self.post}, shows, frozenset({"holder"}), ("holder",))


@kind(holds=Holding.PERIOD, registers=(MISSIONS,))
@dataclass(frozen=True, kw_only=True)
class Mission(Fact):
    """An embassy or other standing mission (`post`) is open, suspended or closed."""

    kind: Literal["mission"] = "mission"
    post: str
    status: Literal["open", "suspended", "closed"]

    def answers(self) -> Iterable[Answer]:
        """What state the mission is in."""
        yield Answer(MISSIONS, {"post": self.post}, {"status": self.status}, compared=("status",))


@kind(holds=Holding.ONWARD)
@dataclass(frozen=True, kw_only=True)
class Alias(Fact):
    """`name` is another spelling of the one called `same_as`."""

    kind: Literal["alias"] = "alias"
    name: str
    same_as: str

    def named(self) -> Iterable[str]:
        """Both spellings."""
        return (self.name, self.same_as, *self.people)
