"""A proxy between Parley and PostgreSQL that breaks the connection during a COMMIT."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final, Literal, Self

if TYPE_CHECKING:
    from pathlib import Path

BEGIN: Final = b"BEGIN"
WRITES: Final = b"READ COMMITTED"
COMMIT: Final = b"COMMIT\0"
"""The simple query message; the name of the isolation level is followed by something else."""

CHUNK: Final = 65_536
Loses = Literal["nothing", "request", "answer"]


class LosingProxy:
    """Passes connections on to a Unix socket; after `lose`, the next COMMIT is lost with its connection.

    Only a transaction that may write counts. "request": the COMMIT never arrives.
    "answer": it arrives and is done, but its answer is lost.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lock = Lock()
        self._lose: Loses = "nothing"
        self.lost = 0
        Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Its port on the loopback address."""
        return int(self._listening.getsockname()[1])

    def lose(self, what: Loses) -> None:
        """Lose the next COMMIT of any connection, once."""
        with self._lock:
            self._lose = what

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self._target))
            deaf: list[bool] = []
            writes = False
            back = Thread(target=self._pass_back, args=(server, client, deaf), daemon=True)
            back.start()
            with suppress(OSError):
                while sent := client.recv(CHUNK):
                    writes = WRITES in sent if BEGIN in sent else writes
                    loses = self._loses(sent) if writes else "nothing"
                    if loses == "request":
                        break
                    if loses == "answer":
                        deaf.append(True)
                    server.sendall(sent)
                    if deaf:
                        back.join(10)
                        break
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
                server.shutdown(socket.SHUT_RDWR)
            back.join(10)

    def _loses(self, sent: bytes) -> Loses:
        with self._lock:
            if self._lose == "nothing" or COMMIT not in sent:
                return "nothing"
            loses, self._lose = self._lose, "nothing"
            self.lost += 1
            return loses

    @staticmethod
    def _pass_back(server: socket.socket, client: socket.socket, deaf: list[bool]) -> None:
        with suppress(OSError):
            while answered := server.recv(CHUNK):
                if deaf:
                    return
                client.sendall(answered)
