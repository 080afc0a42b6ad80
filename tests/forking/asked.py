"""A command on the PATH that is forked, too: it hands its arguments, environment and descriptors to the test's process.

The command itself is a Python without any import of Parley; it waits for the program and ends with its status.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from tests.forking.popen import Forked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKS: Final = """#!{executable} -IS
import json, os, socket, sys
asking = socket.socket(socket.AF_UNIX)
asking.connect({address!r})
program = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(asking, [len(program).to_bytes(4, "big")], [0, 1, 2])
asking.sendall(program)
sys.exit(int(asking.recv(16)))
"""


@contextmanager
def fork_command(path: Path, program: str) -> Iterator[None]:
    """While the block runs, the file at `path` is a command that does what `python -c PROGRAM` does."""
    address = f"\0{path}-{os.getpid()}"[:100]
    path.write_text(ASKS.format(executable=sys.executable, address=address))
    path.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        thread = Thread(target=_serve, args=(listener, program))
        thread.start()
        yield
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(asked: socket.socket, program: str) -> None:
    """Run each program to its end, one after another."""
    while True:
        try:
            asking, _ = asked.accept()
        except OSError:
            return
        with asking:
            length, descriptors, _, _ = socket.recv_fds(asking, 4, 3)
            size, sent = int.from_bytes(length, "big"), b""
            while len(sent) < size:
                sent += asking.recv(size - len(sent))
            arguments, folder, environ = json.loads(sent)
            stdin, stdout, stderr = descriptors
            command = [sys.executable, "-c", program, *arguments]
            piped: dict[str, Any] = {"stdin": stdin, "stdout": stdout, "stderr": stderr}
            process: Forked[Any]
            with Forked(command, cwd=folder, env=environ, **piped) as process:
                for descriptor in descriptors:
                    os.close(descriptor)
            asking.sendall(b"%d" % process.returncode)
