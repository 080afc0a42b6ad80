"""Sanctions and other measures that one side takes against another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NotRequired

from typing_extensions import TypedDict

from domain.fact import Fact, kind
from domain.named import Body, Somebody
from domain.register import Aside, Register, RegisterEntry, Succession, sharper_than
from domain.time.holding import Holding

if TYPE_CHECKING:
    from collections.abc import Iterable

OUTLOOK: Final = Aside(
    "outlook", many=True, ended_by=frozenset({Holding.UNTIL_NEXT}), by="action", planned=True
)
MeasureAction = Literal["imposed", "eased", "lifted"]
MeasureStage = Literal["discussed", "announced", "in_force"]


class MeasureEntry(TypedDict):
    """The measure that an authority has taken, or speaks of taking, against a target."""

    target: str
    target_id: NotRequired[str]
    authority: str
    authority_id: NotRequired[str]
    action: MeasureAction
    stage: MeasureStage


MEASURES: Final = Register(
    "measures",
    succession=Succession.LATER,
    asides=(OUTLOOK,),
    sharper={"stage": sharper_than({"announced": "discussed"})},
    entry=MeasureEntry,
)


@kind(holds=Holding.UNTIL_NEXT, registers=(MEASURES,))
@dataclass(frozen=True, kw_only=True)
class Measure(Fact):
    """`authority` imposed, eased or lifted a measure on `target`; this is so until the next action."""

    kind: Literal["measure"] = "measure"
    authority: Body
    target: Somebody
    action: MeasureAction
    stage: MeasureStage

    def register_entries(self) -> Iterable[RegisterEntry]:
        """What stands between authority and target; what is only talked of takes no place."""
        key = {"target": self.target, "authority": self.authority}
        shows = {"action": self.action, "stage": self.stage}
        aside = None if self.stage == "in_force" else OUTLOOK
        yield RegisterEntry(MEASURES, key, shows, compared=("action", "stage"), aside=aside)
