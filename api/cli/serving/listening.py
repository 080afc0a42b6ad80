"""Opens the sockets that a server listens on: one, or one for each of its processes."""

from __future__ import annotations

import os
import socket
import sys
from typing import Final

from api.cli.session import CommandRefusedError

BACKLOG: Final = 2048
"""How many connections wait at most until they are accepted."""


def listen(host: str, port: int) -> socket.socket:
    """Listen at an address, which nobody else may listen at; CommandRefusedError if that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise CommandRefusedError(
            f"cannot listen at {host}:{port}: {why}; give another port with PARLEY_PORT or --port"
        ) from error


def listen_apart(first: socket.socket, number: int) -> list[socket.socket]:
    """So many sockets at the address of the first, which is one of them: Linux deals new connections out to them.

    The first took the address for itself alone, and shares it only from now on. Another server takes its address in the
    same way, and is refused. Where the system does not deal connections out, the first socket is for all.
    """
    if sys.platform != "linux":
        return [first] * number
    first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    others = [
        socket.create_server(
            first.getsockname(), family=first.family, backlog=BACKLOG, reuse_port=True
        )
        for _ in range(number - 1)
    ]
    return [first, *others]


def address_of(listening: socket.socket) -> str:
    """The URL that a socket listens at."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
