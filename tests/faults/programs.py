"""What a fault test starts: `parley`, as it is or made wrong on purpose, its calls supervised or not.

    python -m tests.faults.programs VARIANT LISTENER CALLS parley's arguments…

LISTENER is a descriptor of a socket, or -1. The wrong variants are the controls of the tests: a test that
a wrong program passes could not have found the fault in a right one.
"""

from __future__ import annotations

import socket
import sys
import time
from threading import Thread
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from tests.faults.system_calls import install

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from domain.confidential import Source
    from domain.event import FactEvent
    from domain.fact import Fact

LATE_SECONDS = 0.05


def acknowledge_early() -> None:
    """Answer before the commit: what is acknowledged may be lost."""
    from api.routes import facts  # noqa: PLC0415 -- before anything is served
    from domain import ledger  # noqa: PLC0415 -- the same

    record = ledger.Ledger.record

    def early(
        self: ledger.Ledger,
        *,
        negotiation_id: UUID,
        fact: Fact,
        actor: str,
        sources: Sequence[Source] = (),
        claim: object = None,
    ) -> FactEvent:
        def late() -> None:
            time.sleep(LATE_SECONDS)
            record(
                self,
                negotiation_id=negotiation_id,
                fact=fact,
                actor=actor,
                sources=sources,
                claim=claim,
            )

        Thread(target=late, daemon=True).start()
        return ledger.decided_record(negotiation_id, fact, actor)

    def answered(*_: object) -> Response:
        return Response(b"{}", 201, media_type="application/json")

    given: Any = facts
    given.position_of, given.rendered = answered, answered
    ledger.Ledger.record = early  # type: ignore[method-assign]


def sync_less() -> None:
    """Run SQLite with synchronous=NORMAL: a commit is not on the disk before it is acknowledged."""
    from infrastructure import database  # noqa: PLC0415 -- before a database is opened

    database.FULL = 1  # type: ignore[misc]


VARIANTS = {"right": lambda: None, "early": acknowledge_early, "normal": sync_less}


def run(variant: str, listener: int, calls: str, arguments: list[str]) -> None:
    """Become `parley`."""
    from api.cli import app  # noqa: PLC0415 -- what it imports is not supervised

    VARIANTS[variant]()
    if listener >= 0:
        with socket.socket(fileno=listener) as handover:
            install(calls.split(","), handover)
    app(arguments, prog_name="parley")


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:])
