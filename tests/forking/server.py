"""Forks a child for each program that it is told to start; the program runs in the child as in a new Python.

    python -m tests.forking.server SOCKET

It forks twice: the process between ends at once, so that the test that asked becomes the program's parent.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import threading
from io import TextIOWrapper
from typing import Any, Final

ABOVE: Final = 500
"""The server's own descriptors are above those that a program gets."""
IMPORTED: Final = (
    "api.cli.app", "api.cli.commands", "infrastructure.database.schema", "tests.faults.disks.system_calls",
    "tests.infrastructure.witness.keys", "infrastructure.witness.tiled_log",
)  # fmt: skip


def serve(asked: socket.socket) -> dict[str, Any] | None:
    """Start programs on request; returns the program in its own process, and None at the end in the server's."""
    while True:
        length, given, _, _ = socket.recv_fds(asked, 4, 64)
        if not length:
            return None
        descriptors = [_move_above(each) for each in given]
        size, text = int.from_bytes(length, "big"), b""
        while len(text) < size:
            text += asked.recv(size - len(text))
        program: dict[str, Any] = json.loads(text)
        between = os.fork()
        if not between:
            return _begin(program, descriptors, asked)
        os.waitpid(between, 0)
        asked.sendall(b".")
        for descriptor in descriptors:
            os.close(descriptor)


def _begin(
    program: dict[str, Any], descriptors: list[int], connection: socket.socket
) -> dict[str, Any]:
    process = os.fork()
    if process:
        connection.sendall(b"%d" % process)
        connection.recv(1)
        os._exit(0)
    connection.close()
    for each, number in zip(descriptors, program["descriptors"], strict=True):
        os.dup2(each, number, inheritable=number < 3)
        os.close(each)
    return program


def _move_above(descriptor: int) -> int:
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, ABOVE)
    os.close(descriptor)
    return moved


def run_program(program: dict[str, Any]) -> None:
    """Run the program with the process state of a freshly started Python."""
    os.chdir(program["folder"])
    os.environ.clear()
    os.environ.update(program["environ"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    sys.stdin = TextIOWrapper(open(0, "rb", closefd=False))  # noqa: SIM115
    sys.stdout, sys.stderr = (_writing(number, unbuffered=unbuffered) for number in (1, 2))
    gc.unfreeze()
    gc.freeze()
    gc.enable()
    if program["how"] == "-m":
        sys.argv = [program["what"], *program["arguments"]]
        runpy.run_module(program["what"], run_name="__main__", alter_sys=True)
        return
    sys.argv = ["-c", *program["arguments"]]
    main = type(sys)("__main__")
    sys.modules["__main__"] = main
    exec(compile(program["what"], "<string>", "exec"), main.__dict__)  # noqa: S102 -- as `python -c` does


def _writing(number: int, *, unbuffered: bool) -> TextIOWrapper:
    raw = open(number, "wb", buffering=0 if unbuffered else -1, closefd=False)  # noqa: SIM115
    errors = "backslashreplace" if number == 2 else None
    lines = number == 2 or os.isatty(number)
    return TextIOWrapper(raw, errors=errors, line_buffering=lines, write_through=unbuffered)


def end(status: object) -> None:
    """End as Python ends, but leave it to the kernel to free memory."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status if isinstance(status, int) else 0)


def main() -> dict[str, Any] | None:
    """Import what programs need, and serve until the test ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.disable()
    gc.freeze()
    return serve(socket.socket(fileno=_move_above(int(sys.argv[1]))))


if __name__ == "__main__" and (begun := main()):
    try:
        run_program(begun)
    except SystemExit as ended:
        if not isinstance(ended.code, int | None):
            raise
        end(ended.code)
    end(0)
