"""`Forked` is `subprocess.Popen` for Python programs; they need not import Parley again, which takes 1 s.

A forked program is an ordinary process: it has its own arguments, environment, folder, descriptors and signals, it is
a child of the test that waits for it, and it ends as Python ends. Tests of the start itself, and a test of each kind
of command, start Python with `subprocess`.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, AnyStr, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent.parent
ADOPT_ORPHANS: Final = 36
"""Linux's PR_SET_CHILD_SUBREAPER."""


class _ForkServer:
    """The process that is forked; it starts with the first program."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._asking: socket.socket | None = None

    def start(self, program: Mapping[str, object], descriptors: Sequence[int]) -> int:
        """Start a program with descriptors of this process; gives its process id."""
        with self._lock:
            asking = self._asking or self._begin()
            sent = json.dumps(program).encode()
            socket.send_fds(asking, [len(sent).to_bytes(4, "big")], list(descriptors))
            asking.sendall(sent)
            with _adopting():
                said = asking.recv(16)
                asking.sendall(b"!")
                assert asking.recv(1) == b"."
        return int(said)

    def _begin(self) -> socket.socket:
        self._asking, theirs = socket.socketpair()
        handed = theirs.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forking.server", str(handed)], cwd=ROOT, pass_fds=[handed]
        )
        theirs.close()
        atexit.register(self.end)
        return self._asking

    def end(self) -> None:
        """End it; programs that it started go on."""
        if self._asking is not None and self._process is not None:
            self._asking.close()
            self._process.wait(30)


@contextmanager
def _adopting() -> Iterator[None]:
    """While the block runs, orphaned descendants of this process become its children."""
    libc = ctypes.CDLL(None, use_errno=True)
    for adopts in (1, 0):
        if libc.prctl(ADOPT_ORPHANS, adopts, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
        if adopts:
            yield


SERVER: Final = _ForkServer()


class Forked(subprocess.Popen[AnyStr]):
    """A program in Python, `[sys.executable, "-c" or "-m", what, *arguments]`."""

    def _execute_child(self, args: Any, *rest: Any) -> None:  # noqa: ANN401 -- as subprocess has it
        handed: list[int] = list(rest[3])
        preexec, cwd, env, shell, pipes = rest[1], rest[4], rest[5], rest[8], rest[9:15]
        stdin, stdout, stderr = pipes[0], pipes[3], pipes[5]
        executable, how, what, *arguments = map(os.fspath, args)
        assert executable == sys.executable
        assert how in {"-c", "-m"}
        assert preexec is None
        assert not shell
        own: list[int] = [max(stdin, 0), 1 if stdout < 0 else stdout, 2 if stderr < 0 else stderr]
        program = {
            "how": how,
            "what": what,
            "arguments": arguments,
            "folder": os.fspath(cwd or Path.cwd()),
            "environ": dict(os.environ if env is None else env),
            "descriptors": [0, 1, 2, *handed],
        }
        try:
            self.pid = SERVER.start(program, [*own, *handed])
            self._child_created = True
        finally:
            self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]


def run(
    command: Sequence[str],
    *,
    timeout: float = 60,
    **more: Any,  # noqa: ANN401 -- as subprocess has it
) -> subprocess.CompletedProcess[Any]:
    """Run a program as `subprocess.run(capture_output=True)` does, to its end."""
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    process: Forked[Any]
    with Forked(command, **piped) as process:
        try:
            out, errors = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, errors)
