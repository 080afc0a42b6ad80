"""Runs the one process that draws all pictures of a server; it is started again if it ended or was too slow.

Pictures and specs are kept in memory by their content, up to a number of bytes; an erasure drops those of its
negotiation.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from threading import Lock, Timer
from typing import Any, Final

from api.commands.charts.svg import tidy
from infrastructure.kept_bytes import KeptBytes

SECONDS: Final = 10.0
"""How long a picture may take, the start of the process included."""
PATIENCE: Final = 3_600.0
"""After how many seconds without a picture the process ends."""
WARMING: Final = 1.0
"""How many seconds after the start of a server its process of pictures starts."""
MOST_BYTES: Final = 16 * 2**20
_WORKER: Final = Path(__file__).with_name("worker.py")
_CHUNK: Final = 2**16
_SMALLEST: Final = {
    "mark": "bar",
    "data": {"values": [{"a": "2025-01-01", "b": 1}]},
    "encoding": {
        "x": {"field": "a", "type": "temporal"},
        "y": {"field": "b", "type": "quantitative"},
        "text": {"field": "b"},
    },
}
"""What has an axis of time, one of numbers, and text."""


class DrawingError(Exception):
    """A picture could not be drawn, or not in time."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, and the seconds of the processor that it took."""

    picture: bytes
    seconds: float


class Renderer:
    """Asks the process that draws, one picture at a time."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lock = Lock()
        self._is_closed = False
        self._process: subprocess.Popen[bytes] | None = None

    def draw(self, spec: Mapping[str, Any], form: str) -> Drawn:
        """Draw a spec as `svg` or `png`; DrawingError where that fails twice, or takes too long."""
        asked = json.dumps({"spec": spec, "format": form}).encode() + b"\n"
        if not self._lock.acquire(timeout=SECONDS):
            raise DrawingError("other pictures are being drawn: ask again")
        try:
            try:
                return self._ask(asked)
            except OSError:
                self._stop()
                return self._ask(asked)
        except (OSError, TimeoutError) as error:
            self._stop()
            raise DrawingError("the picture could not be drawn in time: ask again") from error
        finally:
            self._lock.release()

    def warm_soon(self) -> None:
        """Draw a picture that nobody sees, in the background: the first one of a process takes ten times longer."""
        timer = Timer(WARMING, self.warm)
        timer.daemon = True
        timer.start()

    def warm(self) -> None:
        """Draw a picture that nobody sees; where that fails, the first one that somebody asks for will say so."""
        with suppress(DrawingError):
            self.draw(_SMALLEST, "svg")

    def close(self) -> None:
        """End the process, also while it draws."""
        self._is_closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._stop()

    @property
    def pid(self) -> int | None:
        """The number of the process, where one runs."""
        return None if self._process is None else self._process.pid

    def _ask(self, asked: bytes) -> Drawn:
        process = self._ensure_running()
        until = time.monotonic() + SECONDS
        assert process.stdin is not None  # noqa: S101 -- it was opened with both pipes
        assert process.stdout is not None  # noqa: S101 -- the same
        process.stdin.write(asked)
        process.stdin.flush()
        read = bytearray()
        while b"\n" not in read:
            read += _read_more(process.stdout.fileno(), until)
        line, _, picture = bytes(read).partition(b"\n")
        head = json.loads(line)
        content = bytearray(picture)
        while len(content) < head["size"]:
            content += _read_more(process.stdout.fileno(), until)
        if head["fault"] is not None:
            raise DrawingError(head["fault"])
        return Drawn(bytes(content), head["seconds"])

    def _ensure_running(self) -> subprocess.Popen[bytes]:
        if self._is_closed:
            raise DrawingError("the server is stopping")
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = subprocess.Popen(  # noqa: S603 -- Parley's own script, by the Python that runs
                [sys.executable, "-I", str(_WORKER), str(self._patience)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                continue


def _read_more(handle: int, until: float) -> bytes:
    """What the process has written next; TimeoutError where that is too late, BrokenPipeError where it ended."""
    poll = select.poll()  # select() takes no descriptor above 1,023
    poll.register(handle, select.POLLIN)
    if not poll.poll(1_000 * max(0.0, until - time.monotonic())):
        raise TimeoutError
    read = os.read(handle, _CHUNK)
    if not read:
        raise BrokenPipeError
    return read


class Pictures:
    """The pictures and specs that are kept, by what they show; those used longest ago go first."""

    def __init__(self, renderer: Renderer, most: int = MOST_BYTES) -> None:
        self._renderer = renderer
        self._kept: KeptBytes[bytes] = KeptBytes(most)

    def specs(
        self, slug: str, erased: int, asked: Hashable, make: Callable[[], list[dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        """Make the specs of a picture, or give those that are kept; `asked` names a position of the log."""
        key = f"specs {asked}"
        kept = self._kept.find(slug, erased, key)
        if kept is not None:
            stored: list[dict[str, Any]] = json.loads(kept)
            return stored
        specs = make()
        self._kept.keep(slug, erased, key, json.dumps(specs).encode())
        return specs

    def draw(self, slug: str, erased: int, spec: Mapping[str, Any], form: str) -> Drawn:
        """Draw, or give what is kept; `erased` is the position of the negotiation's last erasure."""
        key = sha256(json.dumps([form, spec]).encode()).hexdigest()
        kept = self._kept.find(slug, erased, key)
        if kept is not None:
            return Drawn(kept, 0.0)
        drawn = self._renderer.draw(spec, form)
        if form == "svg":
            drawn = replace(drawn, picture=tidy(drawn.picture, _name(spec)))
        self._kept.keep(slug, erased, key, drawn.picture)
        return drawn

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return self._kept.size


def _name(spec: Mapping[str, Any]) -> str:
    """The name of a picture for readers who do not see it: its title, and what it shows."""
    title = spec.get("title", "")
    if isinstance(title, str):
        return title
    text = title["text"]
    return f"{text if isinstance(text, str) else ' '.join(text)}. {' '.join(title['subtitle'])}"


_RENDERER: Final = Renderer()
atexit.register(_RENDERER.close)


def renderer() -> Renderer:
    """The one of this process."""
    return _RENDERER
