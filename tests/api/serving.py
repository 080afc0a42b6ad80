"""A real server in a thread of the test, and what it sends on a connection."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from threading import Thread
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from uvicorn import Config


class Served:
    """A server on a free port of the loopback address."""

    def __init__(self, config: Config) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listening.getsockname()
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([self._listening],), daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 30
        while not self._server.started:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def send_bytes(self, *pieces: str) -> str:
        """The server's answer to these bytes, up to the end or reset of the connection."""
        answer = bytearray()
        with closing(socket.create_connection(self.address, 20)) as connection:
            try:
                for bit in pieces:
                    connection.sendall(bit.encode())
                while piece := connection.recv(65_536):
                    answer += piece
            except ConnectionError:
                pass
        return answer.decode()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._server.server_state.connections)

    def stop(self) -> None:
        """Stop the server."""
        self._server.should_exit = True
        self._thread.join(30)
        self._listening.close()
