"""What the parties do together: meetings, proposals and agreements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from domain.fact import Fact, kind
from domain.named import Somebody, key_of
from domain.register import Register, RegisterEntry, Rivalry, Shape, Succession
from domain.time.holding import Holding

if TYPE_CHECKING:
    from collections.abc import Iterable

LAST_MEETING: Final = Register(
    "meetings.last", Shape.SINGLE, succession=Succession.LATER, rivalry=Rivalry.MATTER
)
NEXT_MEETING: Final = Register("meetings.next", Shape.SINGLE, ahead=True, rivalry=Rivalry.MATTER)
AGREEMENTS: Final = Register("agreements", succession=Succession.LATER)
PROPOSALS: Final = Register("proposals", succession=Succession.LATER)


@kind(holds=Holding.ONWARD, registers=(LAST_MEETING, NEXT_MEETING))
@dataclass(frozen=True, kw_only=True)
class Meeting(Fact):
    """A visit, talks, a call or a summit, planned, held or cancelled."""

    kind: Literal["meeting"] = "meeting"
    form: Literal["visit", "talks", "call", "summit"]
    stage: Literal["planned", "held", "cancelled"]
    participants: tuple[Somebody, ...]

    def calls_off(self) -> Iterable[str]:
        """A cancelled meeting calls off what was planned in its matter, whatever day it gives."""
        if self.stage == "cancelled":
            yield from (link.fact for link in self.links)
            if self.matter is not None:
                yield f"matter:{self.matter}"

    def register_entries(self) -> Iterable[RegisterEntry]:
        """Which meeting was last, or is next."""
        shows = {"form": self.form, "stage": self.stage, "participants": self.participants}
        if self.stage == "held":
            yield RegisterEntry(LAST_MEETING, {}, shows)
        if self.stage == "planned":
            yield RegisterEntry(NEXT_MEETING, {}, shows)


@kind(holds=Holding.UNTIL_NEXT, registers=(PROPOSALS,))
@dataclass(frozen=True, kw_only=True)
class Proposal(Fact):
    """What is proposed (`content`), by whom and how far it has come, until its next stage."""

    kind: Literal["proposal"] = "proposal"
    by: Somebody
    to: Somebody | None = None
    content: str
    stage: Literal[
        "mooted",
        "discussed",
        "offered",
        "agreed",
        "announced",
        "implemented",
        "reversed",
        "rejected",
    ]
    in_return_for: str | None = None

    def register_entries(self) -> Iterable[RegisterEntry]:
        """How far what is proposed has come."""
        shows = {
            "content": self.content,
            "by": self.by,
            "to": self.to,
            "stage": self.stage,
            "in_return_for": self.in_return_for,
            "quantities": self.quantities,
        }
        key = {"by": self.by, "content": self.content}
        if self.matter is not None:
            key = {"matter": self.matter}
        yield RegisterEntry(PROPOSALS, key, shows, compared=("stage",))


@kind(holds=Holding.UNTIL_NEXT, registers=(AGREEMENTS,))
@dataclass(frozen=True, kw_only=True)
class Agreement(Fact):
    """What the parties agree on in a text of its own, and how far it has come, until its next stage."""

    kind: Literal["agreement"] = "agreement"
    title: str
    form: Literal["ceasefire", "exchange", "framework", "treaty", "statement", "other"]
    stage: Literal[
        "negotiated", "initialled", "signed", "in_force", "suspended", "breached", "ended"
    ]
    signatories: tuple[Somebody, ...] = ()

    def register_entries(self) -> Iterable[RegisterEntry]:
        """How far what is agreed has come; without a matter by its title and those who sign."""
        shows = {
            "title": self.title,
            "form": self.form,
            "stage": self.stage,
            "signatories": self.signatories,
        }
        key = {"title": self.title, "signed_by": "; ".join(sorted(map(key_of, self.signatories)))}
        if self.matter is not None:
            key = {"matter": self.matter}
        yield RegisterEntry(AGREEMENTS, key, shows, compared=("stage",))
