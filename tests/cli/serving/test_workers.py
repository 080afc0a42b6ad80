"""`parley serve --workers 2` answers with two processes that read each other's writes; a killed one is replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.api.asking import fact
from tests.cli.workers import PROGRAM, Workers, serving
from tests.forking import Forked
from tests.importing.lines import SLUG

if TYPE_CHECKING:
    import httpx

    from tests.cli.conftest import Shell

pytestmark = pytest.mark.either_database

FACTS: Final = "/v1/negotiations/two/facts"
WRITERS: Final = 24


def test_two_processes_write_one_log_and_a_killed_one_is_replaced(parley: Shell) -> None:
    with serving(parley) as workers:
        opened = {"slug": "two", "title": "Two", "parties": []}
        assert workers.ask("/v1/negotiations", opened).status_code == 201
        with ThreadPoolExecutor(8) as pool:
            facts = [fact(summary=f"fact {number}") for number in range(WRITERS)]
            answers = list(pool.map(lambda body: workers.ask(FACTS, body), facts))
            assert {answer.status_code for answer in answers} == {201}
            positions = sorted(answer.json()["position"] for answer in answers)
            assert positions == list(range(positions[0], positions[0] + WRITERS))
            first = workers.wait_for(2)
            killed = min(first)
            os.kill(killed, signal.SIGKILL)
            bodies = [
                fact(summary=f"after {number}", external_id=f"E{number}") for number in range(8)
            ]
            later = list(pool.map(lambda body: workers.ask(FACTS, body), bodies))
        assert {each.status_code for each in later} <= {201, 409}  # 409: recorded, and sent again
        now = workers.wait_for(2, frozenset({killed}))
        for _ in range(8):
            listed = workers.ask("/v1/negotiations/two/timeline?limit=1000").json()["items"]
            assert len(listed) == WRITERS + 8
        assert len(now & first) == 1
    for pid in now:
        assert not Path(f"/proc/{pid}").exists()
    assert parley("verify").exit_code == 0


def test_neither_shows_from_memory_what_another_process_erased_or_hid(parley: Shell) -> None:
    parley.out("settings", SLUG, "--no-review-erasure")
    views = [f"/v1/negotiations/{SLUG}{view}?as_of=2027" for view in ("", "/timeline", "/people")]
    with serving(parley) as workers:

        def ask_all() -> list[httpx.Response]:
            return [workers.ask(view) for view in views for _ in range(8)]

        assert "Fifty-two freed" in "".join(each.text for each in ask_all())
        parley.out("erase", SLUG, "R", "--reason", "asked for", "--yes")
        after = ask_all()
        assert {each.status_code for each in after} == {200}
        assert "Fifty-two freed" not in "".join(each.text for each in after)
        parley.out("settings", SLUG, "--visibility", "private", "--member", "Bo")
        assert {each.status_code for each in ask_all()} == {404}


def test_both_count_on_one_account(parley: Shell) -> None:
    with serving(parley, PARLEY_RATE_READS="20/hour") as workers:
        answers = [workers.ask("/v1/negotiations").status_code for _ in range(30)]
    assert answers.count(200) == 20


def test_a_database_in_memory_is_refused(light: Shell) -> None:
    refused = light("serve", "--workers", "2", PARLEY_DATABASE_URL="sqlite://")
    assert refused.exit_code == 1
    assert "a database in memory can have one worker only" in refused.stderr


def test_the_number_may_be_a_setting(light: Shell) -> None:
    refused = light("serve", PARLEY_WORKERS="0")
    assert refused.exit_code == 1
    assert "PARLEY_WORKERS" in refused.stderr


def test_the_processes_end_with_the_first_however_it_ends(light: Shell) -> None:
    command = [*PROGRAM, "serve", "--json", "--workers", "2"]
    given = {**os.environ, **light.settings, "PARLEY_PORT": "0"}
    with Forked(command, env=given, stdout=subprocess.PIPE, text=True) as process:
        workers = Workers(process)
        left = workers.wait_for(2)
        workers.ask("/healthz")
        process.kill()
    until = time.monotonic() + 60
    while time.monotonic() < until and any(Path(f"/proc/{pid}").exists() for pid in left):
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in left)
