"""A signed record with a clock that the test sets wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from api.composition import Parley
from tests.api.asking import FACTS, TALKS, Client, fact
from tests.api.desk import DAY, HeldClock

if TYPE_CHECKING:
    from tests.api.asking import Answer

MINUTE: Final = 60_000_000
YEARS: Final = 3_650 * DAY
SOURCELESS: Final = {"citations": [{"publisher": "Wire"}]}
WHY: Final = "The battery was changed"


@dataclass
class Watched:
    """A signed record, its client, and a clock that the test sets."""

    parley: Parley
    client: Client
    clock: HeldClock

    def record(self, name: str, **more: Any) -> Answer:  # noqa: ANN401 -- a fact's fields
        self.clock.now += MINUTE
        sent = fact(external_id=name, summary=f"Fact {name}", **SOURCELESS, **more)
        return self.client.post(FACTS, sent, idempotency_key=f"key-{name}")

    def record_ahead(self, *names: str) -> list[Answer]:
        """Record facts by a clock that is ten years ahead."""
        self.clock.now += YEARS
        answers = [self.record(name) for name in names]
        self.clock.now -= YEARS
        assert {answer.status for answer in answers} == {201}
        return answers

    def correct(self) -> int:
        """Record which record times are wrong; gives the position of this correction."""
        self.clock.now += MINUTE
        found = self.parley.wrong_times()
        assert found is not None
        return self.parley.correct_clock(found, WHY).id

    def names(self, query: str) -> list[str]:
        items = self.client.get(f"{TALKS}/timeline{query}").json["items"]
        return sorted(item["fact"]["external_id"] for item in items)

    def head_at(self) -> int:
        return int(self.parley.ledger.recorder.head()[1])  # type: ignore[attr-defined]
