"""What the parties do together: meetings, proposals and agreements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NotRequired

from typing_extensions import TypedDict

from domain.fact import Fact, kind
from domain.named import Name, Somebody, Together
from domain.quantity import Quantity
from domain.register import Aside, Register, RegisterEntry, Rivalry, Shape, Succession, sharper_than
from domain.time.holding import Holding

if TYPE_CHECKING:
    from collections.abc import Iterable

MeetingForm = Literal["visit", "talks", "call", "summit"]
MeetingStage = Literal["planned", "held", "cancelled"]
ProposalStage = Literal[
    "mooted",
    "discussed",
    "offered",
    "agreed",
    "announced",
    "implemented",
    "reversed",
    "rejected",
]
AgreementForm = Literal["ceasefire", "exchange", "framework", "treaty", "statement", "other"]
AgreementStage = Literal[
    "negotiated", "initialled", "signed", "in_force", "suspended", "breached", "ended"
]


_TALKS: Final = frozenset({"negotiated", "initialled"})
"""The stages of an agreement that binds nobody yet."""


class MeetingEntry(TypedDict):
    """A meeting."""

    form: MeetingForm
    stage: MeetingStage
    participants: list[Name]


class ProposalEntry(TypedDict):
    """How far a proposal has come."""

    content: str
    by: Name
    by_id: NotRequired[str]
    to: Name | None
    stage: ProposalStage
    in_return_for: str | None
    quantities: list[Quantity]
    matter: NotRequired[str]


class AgreementEntry(TypedDict):
    """How far an agreement has come."""

    title: str
    form: AgreementForm
    stage: AgreementStage
    signatories: list[Name]
    signed_by: NotRequired[str | None]
    matter: NotRequired[str]


LAST_MEETING: Final = Register(
    "meetings.last",
    Shape.SINGLE,
    succession=Succession.LATER,
    rivalry=Rivalry.MATTER,
    entry=MeetingEntry,
)
NEXT_MEETING: Final = Register(
    "meetings.next", Shape.SINGLE, ahead=True, rivalry=Rivalry.MATTER, entry=MeetingEntry
)
OUTLOOK: Final = Aside("outlook", many=True, ended_by=frozenset({Holding.UNTIL_NEXT}), planned=True)
AGREEMENTS: Final = Register(
    "agreements",
    succession=Succession.LATER,
    asides=(OUTLOOK,),
    sharper={
        "stage": sharper_than(
            {
                "initialled": "negotiated",
                "in_force": "signed",
                "breached": "signed in_force",
                "suspended": "signed breached",
            }
        )
    },
    entry=AgreementEntry,
)
PROPOSALS: Final = Register(
    "proposals",
    succession=Succession.LATER,
    sharper={
        "stage": sharper_than(
            {
                "discussed": "mooted",
                "offered": "mooted discussed",
                "agreed": "mooted discussed offered",
                "announced": "mooted discussed offered agreed",
                "implemented": "mooted discussed offered agreed announced",
                "rejected": "mooted discussed offered",
            }
        )
    },
    entry=ProposalEntry,
)


@kind(holds=Holding.ONWARD, registers=(LAST_MEETING, NEXT_MEETING))
@dataclass(frozen=True, kw_only=True)
class Meeting(Fact):
    """A visit, talks, a call or a summit, planned, held or cancelled."""

    kind: Literal["meeting"] = "meeting"
    form: MeetingForm
    stage: MeetingStage
    participants: tuple[Somebody, ...]

    def calls_off(self) -> Iterable[str]:
        """A cancelled meeting calls off the meetings that it links to, and those planned in its matter by then."""
        if self.stage == "cancelled":
            yield from (link.fact for link in self.links)
            if self.matter is not None:
                yield f"matter:{self.matter_key}"

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
    stage: ProposalStage
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
    """A text on which the parties agree, and how far it has come, until its next stage."""

    kind: Literal["agreement"] = "agreement"
    title: str
    form: AgreementForm
    stage: AgreementStage
    signatories: tuple[Somebody, ...] = ()

    def register_entries(self) -> Iterable[RegisterEntry]:
        """How far an agreement has come; talks on it do not displace one that was signed or is in force.

        The key is the matter, else the title and those who sign.
        """
        shows = {
            "title": self.title,
            "form": self.form,
            "stage": self.stage,
            "signatories": self.signatories,
        }
        key: dict[str, Name | Together] = {"title": self.title, "signed_by": self.signatories}
        if self.matter is not None:
            key = {"matter": self.matter}
        aside = OUTLOOK if self.stage in _TALKS else None
        yield RegisterEntry(AGREEMENTS, key, shows, compared=("stage",), aside=aside)
