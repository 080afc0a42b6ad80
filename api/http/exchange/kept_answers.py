"""Keeps an answer about a negotiation as bytes while it is still right, and gives it to everyone who may see it.

It is right while nothing of the negotiation changes, for every `as_of` in some range: by default the range between
two neighbouring moments (`domain.views.moments`). Parts that differ from request to request, such as the perspective,
addresses and cursors, are left blank in the kept bytes, and filled in for each answer.
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from api.commands.json_text import write_json
from api.http.exchange.caching import tags_of
from domain.time.instant import BEGINNING, END
from domain.time.perspective import Perspective
from domain.views.sections import Place
from infrastructure.kept_bytes import KeptBytes
from infrastructure.readers.reading import Reading
from infrastructure.readers.state.sections import SectionReader

MOST_BYTES: Final = 32 * 2**20
MOST_PAGES_BYTES: Final = 16 * 2**20
"""How many bytes of pages are kept, separately from the answers that take long to make."""
MOST_SPANS: Final = 4_096
"""The most requests for which spans are remembered: the instants between which an answer stays the same."""
MOST_OF_ONE: Final = 300
"""The most spans that are remembered for one request: as many as a slider has stops."""
_MARK: Final = secrets.token_hex(16)
_BLANK: Final = f'"{_MARK}'.encode()
"""What a blank begins with in JSON; its number and a quotation mark follow."""
_WEIGHT: Final = 200
"""The bytes that a blank counts for."""
_LEAST: Final = 1_000
"""The bytes that an answer counts for, in addition to its JSON and its request."""
Fills = Mapping[str, Callable[..., Any]]
"""{name of a blank: what it is filled with, as JSON}."""


class Blanks:
    """The blanks of one answer, which stand in its JSON as texts until they are filled in."""

    def __init__(self) -> None:
        self.named: list[tuple[str, tuple[Any, ...]]] = []

    def blank(self, name: str, *args: Any) -> str:  # noqa: ANN401 -- what the fill of this name takes
        """Leave a value blank; `fills[name](*given)` gives it later."""
        self.named.append((name, args))
        return f"{_MARK}{len(self.named) - 1}"

    def rest(self, path: str, place: Place) -> str:
        """Leave the address of the rest of a list blank; a `Rest`."""
        return self.blank("rest", path, place)


@dataclass(frozen=True, slots=True)
class Filled:
    """An answer as it is sent: its JSON, and the tags by which caches can be purged of it."""

    body: bytes
    tags: list[str]

    @classmethod
    def of(cls, content: dict[str, Any] | Filled, tag: str) -> Filled:
        """An answer that has no blanks, or that is filled already; its tags are by `tags_of`."""
        if isinstance(content, Filled):
            return content
        body = write_json(content)
        return cls(body, tags_of(tag, body))

    @property
    def content(self) -> dict[str, Any]:
        """The JSON, decoded."""
        content: dict[str, Any] = json.loads(self.body)
        return content

    def entries(self, name: str) -> Iterator[dict[str, Any]]:
        """The entries of one of its lists; the JSON is decoded only when the first is asked for."""
        yield from self.content[name]


def hold_always() -> tuple[int, int]:
    """The range of `as_of`, half-open, in which an answer that does not depend on `as_of` is the same."""
    return BEGINNING, END


@dataclass(frozen=True, slots=True)
class _Kept:
    """The JSON between the blanks, what each blank is filled with, and the length of the request in characters."""

    parts: tuple[bytes, ...]
    named: tuple[tuple[str, tuple[Any, ...]], ...]
    tags: list[str]
    asked: int

    def __len__(self) -> int:
        return _LEAST + self.asked + sum(map(len, self.parts)) + _WEIGHT * len(self.named)

    def fill(self, fills: Fills) -> Filled:
        """The answer with every blank filled in."""
        written = [self.parts[0]]
        for (name, args), part in zip(self.named, self.parts[1:], strict=True):
            written += write_json(fills[name](*args)), part
        return Filled(b"".join(written), self.tags)


@dataclass(frozen=True)
class AnswerSource:
    """What determines an answer: a negotiation, a perspective and a reading.

    `changes` is everything else that changes the answer while the negotiation stays the same. `holds` gives the
    range of `as_of`, half-open, in which the answer is the same, and is called once it is made. By default the range is
    that of the state.
    """

    reading: Reading
    negotiation_id: UUID
    slug: str
    perspective: Perspective
    changes: Hashable = ()
    holds: Callable[[], tuple[int, int]] | None = None

    @property
    def key(self) -> Hashable:
        """The same for two perspectives whose answers can only differ by `as_of`."""
        at = self.perspective
        last, built = self._read.last_events, self._read.built
        cuts = at.published_cut, at.clock, at.match, at.reading
        return last.change, last.correction, built, cuts, self.changes

    @property
    def last_erasure(self) -> int:
        """The position of the negotiation's last erasure."""
        return self._read.last_erasure

    @property
    def span(self) -> tuple[int, int]:
        """The `as_of` from which, and up to before which, the answer is the same."""
        return self._read.span if self.holds is None else self.holds()

    @property
    def _read(self) -> SectionReader:
        return self.reading.sections(self.negotiation_id, self.perspective)


@dataclass
class KeptAnswers:
    """The answers that one application keeps."""

    _kept: KeptBytes[_Kept] = field(default_factory=lambda: KeptBytes(MOST_BYTES))
    _spans: dict[Hashable, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    def answer(
        self, source: AnswerSource, make: Callable[[Blanks], dict[str, Any]], fills: Fills
    ) -> Filled:
        """The answer that is kept, or else the one that `make` gives, which may leave out what `fills` puts there.

        Where the log has corrections of its clock nothing is kept, because they change what a perspective means.
        """
        if source.perspective.corrections:
            return _write(source, make).fill(fills)
        owner, erased, key = source.negotiation_id, source.last_erasure, source.key
        as_of = source.perspective.as_of
        for begins, ends in self._spans.get((owner, key), ()):
            if begins <= as_of < ends:
                kept = self._kept.find(owner, erased, (key, begins))
                if kept is not None:
                    return kept.fill(fills)
        written = _write(source, make)
        begins, ends = source.span
        if len(self._spans) >= MOST_SPANS:
            self._spans.clear()
        spans = [span for span in self._spans[owner, key] if span[0] != begins]
        self._spans[owner, key] = [*spans, (begins, ends)][-MOST_OF_ONE:]
        self._kept.keep(owner, erased, (key, begins), written)
        return written.fill(fills)


def _write(source: AnswerSource, make: Callable[[Blanks], dict[str, Any]]) -> _Kept:
    blanks = Blanks()
    body = write_json(make(blanks))
    first, *pieces = body.split(_BLANK)
    numbered = [piece.split(b'"', 1) for piece in pieces]
    named = tuple(blanks.named[int(number)] for number, _ in numbered)
    parts = first, *(part for _, part in numbered)
    return _Kept(parts, named, tags_of(source.slug, body), asked=len(repr(source.changes)))
