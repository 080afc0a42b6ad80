"""Serves a record by this process alone, or by several that it keeps running.

`serve` imports this module when it has to serve: with the server and the pages, each command would take longer to
start.
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from api.cli.serving.supervisor import Supervisor
from api.cli.serving.worker import TURN_SECONDS, end_work_when_told
from api.commands.charts.renderer import renderer
from api.http.middleware.access_log import LOGGING
from api.http.middleware.http_protocol import BoundedProtocol
from api.web.site import create_site

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from socket import socket

    from fastapi import FastAPI

    from api.composition import Parley

GRACE_SECONDS: Final = 30
"""How long requests under way may still take once the server was told to stop."""
STARTING_SECONDS: Final = 20
"""How long a worker may take to answer its supervisor. On a busy machine, its start takes longer than 5 s."""

PROTOCOL: Final[dict[str, Any]] = {
    "http": BoundedProtocol,
    "ws": "none",
    "proxy_headers": False,
    "server_header": False,
    "timeout_keep_alive": 5,
    "timeout_graceful_shutdown": GRACE_SECONDS,
}
"""The server's protocol settings; proxy headers are read by the application, as its settings say."""


def serve_alone(parley: Parley, listening: socket, announce: Callable[[], None]) -> None:
    """Serve at a socket until this process is told to stop; `announce` is called once it handles these signals."""
    site = create_site(parley)

    def create() -> FastAPI:
        end_work_when_told(parley)
        return site

    config = uvicorn.Config(create, factory=True, log_config=LOGGING, **PROTOCOL)
    server = uvicorn.Server(config)
    for stop in (signal.SIGTERM, signal.SIGINT):
        # An exception from a handler would be lost while uvicorn creates its event loop.
        signal.signal(stop, server.handle_exit)
    announce()
    sys.setswitchinterval(TURN_SECONDS)
    renderer().warm_soon()
    server.run(sockets=[listening])


def serve_by_workers(sockets: Sequence[socket]) -> None:
    """Serve by one process at each socket until this process is told to stop."""
    config = uvicorn.Config(
        "api.cli.serving.worker:create_worker",
        factory=True,
        workers=1,  # of each socket, whatever WEB_CONCURRENCY says
        timeout_worker_healthcheck=STARTING_SECONDS,
        log_config=LOGGING,
        **PROTOCOL,
    )
    Supervisor(config, sockets).run()
