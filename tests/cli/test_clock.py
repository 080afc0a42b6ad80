"""`parley correct-clock` shows which record times lie in the future, asks, and says in the log that they are wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.composition import compose
from domain.fact import fact_id
from domain.negotiation import negotiation_id
from infrastructure.clock import system_clock
from infrastructure.settings import Settings
from tests.cli.conftest import LINES
from tests.importing.lines import SLUG, custody

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

YEARS = 3_650 * 86_400_000_000
AHEAD = len(LINES) + 2


@pytest.fixture
def ahead(parley: Shell) -> Shell:
    """A record whose last two events were recorded by a clock that was ten years ahead."""
    record = compose(
        Settings.from_env(parley.settings), clock=lambda: system_clock() + YEARS, upgrade=False
    )
    fact = record.ledger.fact(fact_id(negotiation_id(SLUG), "R"))
    for preferred in (True, False):
        record.ledger.change(fact.decide_prefer(preferred=preferred, why="so", actor="desk"))
        fact = record.ledger.fact(fact.id)
    record.close()
    return parley


def test_what_a_wrong_clock_did_is_found_refused_said_and_corrected(ahead: Shell) -> None:
    span = f"the record time of position {AHEAD} to {AHEAD + 1} is 203"
    for command in (("verify",), ("verify", "--log-only")):
        found = ahead(*command)
        assert (found.exit_code, found.stderr.count("\n")) == (1, 1)
        assert span in found.stderr
        assert "parley correct-clock" in found.stderr
    assert span in json.loads(ahead("verify", "--json").stdout)["future"]
    refused = ahead("import", SLUG, ahead.file(custody("later")))
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "the log has record times up to 203" in refused.stderr
    assert ahead("correct-clock", "--why", "So it was").exit_code == 2, "nobody can be asked"
    assert ahead("correct-clock", "--why", " ", "--yes").exit_code == 1
    done = ahead("correct-clock", "--why", "The battery was changed", "--yes", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["first"], said["last"], said["position"]) == (AHEAD, AHEAD + 1, AHEAD + 2)
    assert span in done.stderr
    assert ahead("verify").exit_code == 0
    again = ahead("correct-clock", "--why", "So it was", "--yes")
    assert (again.exit_code, "nothing to correct" in again.stderr) == (1, True)
    assert ahead("import", SLUG, ahead.file(custody("later"))).exit_code == 0
    assert ahead("verify").exit_code == 0
