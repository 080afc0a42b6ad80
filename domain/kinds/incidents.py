"""What happens beside the talks: arrests, attacks and other incidents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NotRequired

from typing_extensions import TypedDict

from domain.fact import Fact, kind
from domain.named import Somebody
from domain.quantity import Quantity
from domain.register import Register, RegisterEntry, Rivalry, Succession
from domain.time.holding import Holding

if TYPE_CHECKING:
    from collections.abc import Iterable

IncidentForm = Literal["arrests", "attack", "violation", "killing", "expulsion", "other"]


class IncidentEntry(TypedDict):
    """The latest incident of a form, by the same actor to the same target."""

    form: IncidentForm
    actor: str | None
    actor_id: NotRequired[str]
    target: str | None
    target_id: NotRequired[str]
    quantities: list[Quantity]


INCIDENTS: Final = Register(
    "incidents", succession=Succession.LATER, rivalry=Rivalry.MATTER, entry=IncidentEntry
)


@kind(holds=Holding.ONWARD, registers=(INCIDENTS,))
@dataclass(frozen=True, kw_only=True)
class Incident(Fact):
    """`actor` did something to `target`."""

    kind: Literal["incident"] = "incident"
    form: IncidentForm
    actor: Somebody | None = None
    target: Somebody | None = None

    def register_entries(self) -> Iterable[RegisterEntry]:
        """The latest of its form, by the same to the same."""
        key = {"form": self.form, "actor": self.actor or "", "target": self.target or ""}
        yield RegisterEntry(INCIDENTS, key, {"quantities": self.quantities})
