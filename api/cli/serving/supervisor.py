"""Keeps a process serving at each of several sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.supervisors import Multiprocess

if TYPE_CHECKING:
    from collections.abc import Sequence
    from socket import socket

    import uvicorn


class Supervisor(Multiprocess):
    """uvicorn's supervisor, with a process for each socket; `config` is of one process.

    This process keeps every socket open. When a process has ended, connections wait at its socket for the one that is
    started instead.
    """

    def __init__(self, config: uvicorn.Config, sockets: Sequence[socket]) -> None:
        self._places = [Multiprocess(config, [listener]) for listener in sockets]
        super().__init__(config, [])  # later than the places, as each of them takes the signals
        for place in self._places:
            place.should_exit = self.should_exit

    def init_processes(self) -> None:
        """Start a process at each socket."""
        for place in self._places:
            place.init_processes()
        self._let_go()

    def keep_subprocess_alive(self) -> None:
        """Start a process at the socket of each that has died or hangs."""
        for place in self._places:
            place.keep_subprocess_alive()
        self._let_go()

    def restart_all(self) -> None:
        """Replace each process, the next one after the last one serves."""
        for place in self._places:
            place.restart_all()
        self._let_go()

    def _let_go(self) -> None:
        """Close this process's copy of the end by which a process answers that it is well.

        As long as it is open, an answer that a killed process owes is waited for as if the process were slow.
        """
        for place in self._places:
            for process in place.processes:
                process.child_conn.close()

    def terminate_all(self) -> None:
        """Tell each process to stop."""
        for place in self._places:
            place.terminate_all()

    def join_all(self) -> None:
        """Wait until each process has stopped."""
        for place in self._places:
            place.join_all()

    def handle_ttin(self) -> None:
        """Start no further process, as it would have no socket of its own."""

    def handle_ttou(self) -> None:
        """Stop no process, as nobody would accept the connections at its socket."""
