"""Sanctions and other measures that one side takes against another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from domain.fact import Fact, kind
from domain.holding import Holding
from domain.named import Somebody
from domain.register import Answer, Register

if TYPE_CHECKING:
    from collections.abc import Iterable

MEASURES: Final = Register("measures", succession=True)


@kind(holds=Holding.UNTIL_NEXT, registers=(MEASURES,))
@dataclass(frozen=True, kw_only=True)
class Measure(Fact):
    """`authority` imposed, eased or lifted a measure on `target`; it stands until the next action."""

    kind: Literal["measure"] = "measure"
    authority: Somebody
    target: Somebody
    action: Literal["imposed", "eased", "lifted"]
    stage: Literal["discussed", "announced", "in_force"]

    def answers(self) -> Iterable[Answer]:
        """What stands between authority and target."""
        key = {"target": self.target, "authority": self.authority}
        shows = {"action": self.action, "stage": self.stage}
        yield Answer(MEASURES, key, shows, compared=("action", "stage"))
