"""A log on this machine, over real sockets, that can be made to lie in every way that a log can."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from domain.proof.checkpoint import Checkpoint
from domain.proof.note import sign_note
from domain.proof.subtrees import NamedTile
from domain.proof.tiles import TilePath
from infrastructure.proofs.ed25519 import Ed25519Signer
from tests.domain.proof.trees import ORIGIN, Tiled, make_leaves
from tests.infrastructure.identity.publishing import Answer, Publisher, answer_with, serve_document
from tests.infrastructure.witness.keys import LOG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler


LARGEST: Final = 70_000
PREFIX: Final = "/of/talks"


def history(*, other_from: int | None = None, largest: int = 2_000) -> Tiled:
    """The leaves of a log; the same each time, but from `other_from` on those of another history."""
    return Tiled(make_leaves(largest, other_from=other_from))


HONEST: Final = history(largest=LARGEST)


@dataclass
class FakeLog:
    """Serves the first `size` leaves of `tree`; `answers` replaces the response of a path."""

    publisher: Publisher
    tree: Tiled = HONEST
    size: int = 0
    signers: list[Ed25519Signer] = field(default_factory=lambda: [LOG])
    origin: str = ORIGIN
    extension: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    missing: Callable[[NamedTile], bool] = lambda _: False
    coming: tuple[int, Tiled] | None = None

    @property
    def url(self) -> str:
        """The address of the log, below the root of the server."""
        return f"http://127.0.0.1:{self.publisher.port}{PREFIX}"

    @property
    def asked_paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [path.removeprefix(PREFIX) for path in self.publisher.asked]

    def grow(self, size: int, tree: Tiled | None = None) -> None:
        """Grow to so many leaves, perhaps of another history."""
        self.size, self.tree = size, tree or self.tree

    def grow_between_rounds(self, size: int, tree: Tiled) -> None:
        """Grow when the checkpoint is next asked for, so that no round sees both sizes."""
        self.coming = (size, tree)

    def note(self) -> str:
        """Its checkpoint as it stands."""
        text = Checkpoint(self.origin, self.size, self.tree.checkpoint(self.size).root).text
        return sign_note(text + self.extension, self.signers)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        path = handler.path.removeprefix(PREFIX)
        made = self.answers.get(path)
        if made is None:
            found = self._find_file(path) if handler.path.startswith(PREFIX) else None
            made = answer_with(b"no such thing", 404) if found is None else answer_with(found)
        made(handler)

    def _find_file(self, path: str) -> bytes | None:
        if path == "/checkpoint":
            if self.coming is not None:
                (self.size, self.tree), self.coming = self.coming, None
            return self.note().encode()
        match = re.fullmatch("/tile/([0-7])/(.+)", path)
        tile = None if match is None else TilePath.read(match[2])
        if match is None or tile is None:
            return None
        named = NamedTile(int(match[1]), tile)
        if not tile.within(named.level, self.size) or self.missing(named):
            return None
        return b"".join(self.tree.tile(named))


@contextmanager
def serve_log() -> Iterator[FakeLog]:
    """A log that is honest until it is told not to be."""
    with serve_document(b"") as publisher:
        log = FakeLog(publisher)
        publisher.answer = log.answer
        yield log
