from __future__ import annotations

import itertools
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from infrastructure.log.recorder import EventRecorder
from tests.databases import open_database
from tests.infrastructure import log_writers

WRITERS = 8
TOTAL = WRITERS * log_writers.APPENDS * 2
SECONDS = 120


@pytest.mark.either_database
def test_8_writing_processes_leave_a_dense_log_and_a_tailing_reader_misses_none(
    database_url: str,
) -> None:
    context = get_context("forkserver")
    context.set_forkserver_preload([log_writers.__name__])
    with ProcessPoolExecutor(WRITERS + 2, mp_context=context) as processes:
        readers = [
            processes.submit(log_writers.tail, database_url, TOTAL),
            processes.submit(log_writers.subscribe, database_url, TOTAL),
        ]
        writers = [processes.submit(log_writers.write, database_url) for _ in range(WRITERS)]
        acknowledged = [pair for writer in writers for pair in writer.result(SECONDS)]
        tailed, subscribed = (reader.result(SECONDS) for reader in readers)
    assert [position for position, _ in tailed] == list(range(1, TOTAL + 1))
    assert subscribed == tailed == sorted(acknowledged)
    instants = [recorded_at for _, recorded_at in tailed]
    assert all(earlier < later for earlier, later in itertools.pairwise(instants))
    database = open_database(database_url)
    assert EventRecorder(database).head() == tailed[-1]
    database.close()
