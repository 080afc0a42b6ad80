"""Ctrl-C ends a command in one line and status 130, at any moment: also while its modules are imported.

Python raises KeyboardInterrupt between two steps of its own. A module that is being imported prints it, a callback
loses it, and a running database statement delays it. So Ctrl-C ends the process at once before the command begins and
after it has ended. In between, Ctrl-C interrupts the command, so that it can clean up; if the command does not end
soon after that, the process ends. While Python itself ends, Ctrl-C is ignored: the command is done, and Python
would end without a line. `parley serve` handles Ctrl-C itself once it listens. Before Python loads the first
module of Parley, Python's own handling applies.

SIGTERM, and SIGHUP when a terminal is closed, end a command as they would any process, after its unfinished files are
removed.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

INTERRUPTED: Final = 130
"""The status that shells have for what Ctrl-C ended."""
GRACE_SECONDS: Final = 1.0
"""How long a command may take to clear up."""

_BY_SIGNAL: Final = 128
"""What shells add to the number of the signal that ended a process."""
_ENDING: Final = (signal.SIGTERM, signal.SIGHUP)
_SHOW_CURSOR: Final = b"\x1b[?25h"
"""A progress bar hides it."""
_seen: Final[list[int]] = []
_said: Final[list[str]] = ["interrupted"]


def end_at_once() -> None:
    """Let Ctrl-C end the process from now on, unless it is ignored, as for a command in a shell's background."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _end)
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
    for number in _ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end_by)


def was_interrupted() -> bool:
    """Whether Ctrl-C was pressed while a command was under way."""
    return bool(_seen)


def end_with(line: str) -> None:
    """Set the line that an interrupted command ends with, in place of the usual one."""
    _said.append(line)


def run_interruptibly(command: Callable[[], object]) -> None:
    """Run a command, which raises SystemExit with its status or returns; SystemExit(130) where it was interrupted."""
    _watch()
    if signal.getsignal(signal.SIGINT) is not _end:
        command()
        return
    sys.excepthook, sys.unraisablehook = _handle_raised, _handle_unraisable
    try:
        signal.signal(signal.SIGINT, _interrupt)
        command()
    except BaseException:
        # If Ctrl-C interrupts a library, the library may raise an error of its own instead.
        if not _seen:
            raise
    finally:
        if signal.getsignal(signal.SIGINT) is _interrupt:
            signal.signal(signal.SIGINT, _end)
    if _seen:
        _end()


def _end(*_: object) -> NoReturn:
    """Remove files that are not finished, print the line and end the process; the database rolls back by itself."""
    _remove_unfinished()
    line = f"parley: {_said[-1]}\n".encode()
    os.write(2, (_SHOW_CURSOR if os.isatty(2) else b"") + line)
    os._exit(INTERRUPTED)


def _remove_unfinished() -> None:
    if files := sys.modules.get("infrastructure.unfinished"):
        files.remove_unfinished()


def _end_by(number: int, _frame: FrameType | None) -> None:
    """End the process by a signal as if it had not been handled, after files that are not finished are removed."""
    _remove_unfinished()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    if _seen:
        _end()
    _seen.append(number)
    if logging := sys.modules.get("logging"):
        logging.disable()  # what is interrupted while it clears up says so in a traceback
    raise KeyboardInterrupt


def _handle_raised(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Handle an error that nothing caught, because it was raised between two of the steps above."""
    if issubclass(kind, KeyboardInterrupt):
        _end()
    sys.__excepthook__(kind, error, trace)


def _handle_unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    """Handle an error that was raised in a callback, where no code can catch it."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        _end()
    sys.__unraisablehook__(unraisable)


def _watch() -> None:
    """Tell a thread of each signal at once, even while the main thread waits."""
    from threading import Thread  # noqa: PLC0415 -- none is needed while Ctrl-C could not be seen to

    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    Thread(target=_end_late, args=(reading,), name="interrupts", daemon=True).start()


def _end_late(reading: int) -> None:
    while True:
        number = os.read(reading, 1)[0]
        if number in {signal.SIGINT, *_ENDING}:
            time.sleep(GRACE_SECONDS)
        if number == signal.SIGINT and signal.getsignal(number) is _interrupt:
            _end()
        if number in _ENDING and signal.getsignal(number) is _end_by:
            _remove_unfinished()
            os._exit(_BY_SIGNAL + number)
