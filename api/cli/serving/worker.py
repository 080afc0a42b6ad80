"""One of several processes that serve the same record at the same address.

Each opens the database by the settings of the environment, and keeps nothing that another would have to know: keys,
sessions, rates and stored responses are rows, and one process at a time signs the log.
"""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from multiprocessing import parent_process
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from api.cli.garbage import keep_what_exists, look_for_cycles_seldom
from api.commands.charts.renderer import renderer
from api.composition import compose
from api.web.site import create_site
from infrastructure.database.lanes import in_lane
from infrastructure.settings import Settings

if TYPE_CHECKING:
    from types import FrameType

    from starlette.types import ASGIApp, Receive, Scope, Send

    from api.composition import Parley

TURN_SECONDS: Final = 0.000_5
"""How long a computing thread (as one that reads an import) runs before another thread may.

A request may wait that long at each of its statements. With Python's default, 5 ms, a change took twice as long beside
an import.
"""


def create_worker() -> ASGIApp:
    """Open the record, whose schema is at its head, and close it when the server has ended the application."""
    with in_lane("writing"):
        parley = compose(Settings.from_env(os.environ), upgrade=False, signs=True)
    site = create_site(parley)
    end_work_when_told(parley)
    sys.setswitchinterval(TURN_SECONDS)
    look_for_cycles_seldom()
    keep_what_exists()
    renderer().warm_soon()
    Thread(target=_end_with_parent, daemon=True).start()

    async def serve_site(scope: Scope, receive: Receive, send: Send) -> None:
        await site(scope, receive, send)
        if scope["type"] == "lifespan":
            parley.close()

    return serve_site


def end_work_when_told(parley: Parley) -> None:
    """Have long work end at its next step once the server, which handles signals by now, is told to stop.

    The server waits for requests under way, and an import would go on for as long as it takes.
    """
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, partial(_stop, parley, signal.getsignal(told)))


def _stop(parley: Parley, handle: Any, told: int, frame: FrameType | None) -> None:  # noqa: ANN401 -- a handler
    parley.stopping.set()
    handle(told, frame)


def _end_with_parent() -> None:
    """End as if told to, once the process that started this one is gone, however it ended."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
