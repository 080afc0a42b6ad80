"""What a fault test starts: `parley`, as it is or made wrong on purpose, its calls supervised or not.

    python -m tests.faults.watched.programs VARIANT LISTENER CALLS parley's arguments…

LISTENER is a descriptor of a socket, or -1. The wrong variants are the controls of the tests: a test that
a wrong program passes could not have found the fault in a right one.
"""

from __future__ import annotations

import socket
import sys
import time
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

from eventsourcing.persistence import OperationalError
from starlette.responses import Response

from tests.faults.disks.system_calls import install

if TYPE_CHECKING:
    from domain.streams.event import FactRecorded

LATE_SECONDS = 0.05


def acknowledge_early() -> None:
    """Answer before the commit: what is acknowledged may be lost."""
    from domain.streams import ledger  # noqa: PLC0415 -- before anything is served

    begin = ledger.Ledger.begin

    def early(self: ledger.Ledger, event: FactRecorded, **more: Any) -> None:  # noqa: ANN401
        def late() -> None:
            time.sleep(LATE_SECONDS)
            begin(self, event, **more)

        Thread(target=late, daemon=True).start()

    ledger.Ledger.begin = early  # type: ignore[method-assign]
    answer_blindly()


def take_failures_for_done() -> None:
    """Answer 201 where the database has failed: what is acknowledged was perhaps never recorded."""
    from domain.streams import ledger  # noqa: PLC0415 -- before anything is served

    begin = ledger.Ledger.begin

    def deaf(self: ledger.Ledger, event: FactRecorded, **more: Any) -> None:  # noqa: ANN401
        with suppress(OperationalError):
            begin(self, event, **more)

    ledger.Ledger.begin = deaf  # type: ignore[method-assign]
    answer_blindly()


def answer_blindly() -> None:
    """Answer a recorded fact without knowing what was recorded."""
    from api.http.exchange import fact_response  # noqa: PLC0415 -- before anything is served

    def answered(*_: object) -> Response:
        return Response(b"{}", 201, media_type="application/json")

    given: Any = fact_response
    given.respond_with_fact = answered


def sync_less() -> None:
    """Run SQLite with synchronous=NORMAL: a commit is not on the disk before it is acknowledged."""
    from infrastructure.database import pools  # noqa: PLC0415 -- before a database is opened

    pools.FULL = 1  # type: ignore[misc]


def commit_late() -> None:
    """Leave PostgreSQL's synchronous_commit as the server has it."""
    from infrastructure.database import pools  # noqa: PLC0415 -- before a database is opened

    def leave_alone(*_: object) -> None:
        """Set nothing up."""

    given: Any = pools
    given._set_up_session = lambda *_: leave_alone


VARIANTS = {
    "right": lambda: None,
    "early": acknowledge_early,
    "deaf": take_failures_for_done,
    "normal": sync_less,
    "late": commit_late,
}


def run(variant: str, listener: int, calls: str, arguments: list[str]) -> None:
    """Become `parley`."""
    from api.cli.commands import app  # noqa: PLC0415 -- what it imports is not supervised

    VARIANTS[variant]()
    if listener >= 0:
        with socket.socket(fileno=listener) as handover:
            install(calls.split(","), handover)
    app(arguments, prog_name="parley")


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:])
