"""The programs of fault tests: `parley` as it is, or with a planted fault, its calls supervised or not.

    python -m tests.faults.watched.programs VARIANT LISTENER CALLS parley's arguments…

LISTENER is a descriptor of a socket, or -1. Variants with planted faults are controls: a test that they pass could
not find such a fault in the real program.
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
    """Answer before the commit, so that acknowledged changes may be lost."""
    from domain.streams import ledger  # noqa: PLC0415 -- before anything is served

    begin = ledger.Ledger.begin

    def begin_early(self: ledger.Ledger, event: FactRecorded, **more: Any) -> None:  # noqa: ANN401
        def begin_late() -> None:
            time.sleep(LATE_SECONDS)
            begin(self, event, **more)

        Thread(target=begin_late, daemon=True).start()

    ledger.Ledger.begin = begin_early  # type: ignore[method-assign]
    answer_blindly()


def take_failures_for_done() -> None:
    """Answer 201 if the database has failed, so that an acknowledged change may never be recorded."""
    from domain.streams import ledger  # noqa: PLC0415 -- before anything is served

    begin = ledger.Ledger.begin

    def begin_deafly(self: ledger.Ledger, event: FactRecorded, **more: Any) -> None:  # noqa: ANN401
        with suppress(OperationalError):
            begin(self, event, **more)

    ledger.Ledger.begin = begin_deafly  # type: ignore[method-assign]
    answer_blindly()


def answer_blindly() -> None:
    """Answer that a fact was recorded without knowing that."""
    from api.http.exchange import fact_response  # noqa: PLC0415 -- before anything is served

    def respond_created(*_: object) -> Response:
        return Response(b"{}", 201, media_type="application/json")

    given: Any = fact_response
    given.respond_with_fact = respond_created


def sync_less() -> None:
    """Run SQLite with synchronous=NORMAL, so that a commit is not on the disk before it is acknowledged."""
    from infrastructure.database import pools  # noqa: PLC0415 -- before a database is opened

    pools.FULL = 1  # type: ignore[misc]


def commit_late() -> None:
    """Leave PostgreSQL's synchronous_commit as the server has it."""
    from infrastructure.database import pools  # noqa: PLC0415 -- before a database is opened

    def leave_alone(*_: object) -> None:
        """Change nothing."""

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
    """Run `parley` in this process."""
    from api.cli.commands import app  # noqa: PLC0415 -- what it imports is not supervised

    VARIANTS[variant]()
    if listener >= 0:
        with socket.socket(fileno=listener) as handover:
            install(calls.split(","), handover)
    app(arguments, prog_name="parley")


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:])
