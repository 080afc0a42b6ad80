"""Importers that race record everything once; an importer that always loses gives up and says why."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from api.commands.importing.turns import ATTEMPTS
from domain.errors import StaleError
from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from tests.importing.lines import END, SLUG, custody, head, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.composition import Parley
    from domain.streams.event import RecordEvent

pytestmark = pytest.mark.either_database


def test_two_importers_that_race_record_everything_once(parley: Parley) -> None:
    lines = [custody(str(number)) for number in range(300)]
    start = threading.Barrier(2)
    reports: list[dict[str, Any]] = []

    def import_all() -> None:
        start.wait(timeout=10)
        reports.append(run(parley, lines))

    threads = [threading.Thread(target=import_all) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sum(report["recorded"] for report in reports) == 300
    assert sum(report["unchanged"] for report in reports) == 300
    assert head(parley) == 301


def test_an_importer_that_is_always_slower_gives_up_and_names_the_fact(
    light: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(light, [custody()])
    append = light.ledger.append
    tries: list[int] = []

    def append_after_rival(events: Sequence[RecordEvent], **more: Any) -> list[int]:  # noqa: ANN401 -- as it is given
        if events and events[0].actor == "importer":
            tries.append(len(tries))
            record = light.ledger.fact(events[0].originator_id)
            append([record.decide_prefer(preferred=True, why=str(len(tries)), actor="editor")])
        return append(events, **more)

    monkeypatch.setattr(light.ledger, "append", append_after_rival)
    with pytest.raises(StaleError) as raised:
        run(light, [END])
    assert len(tries) == ATTEMPTS
    assert raised.value.fact_id == fact_id(negotiation_id(SLUG), "A")
