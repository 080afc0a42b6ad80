"""A certificate says that a question gave these bytes, or no answer, on a log that the same key has signed.

Its text (docs/proofs.md) can be read as no checkpoint, and a checkpoint as no certificate: a checkpoint has no blank
line, and its second line is a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from domain.proof.checkpoint import Checkpoint
from domain.proof.note import NoteError, open_note, sign_note
from domain.rules import FIRST_READING, READING
from domain.time.instant import InstantError, format_instant, parse_cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.proof.note import Signer, Verifier

__all__ = ["ABSENT", "Certificate", "Gave", "GaveNot"]

ABSENT: Final = {"unknown": 404, "not-yet-known": 404, "withdrawn": 410, "erased": 410}
"""The problems that say that there is no such answer, and their statuses."""
_QUESTION: Final = r"/v1/[!-~]{1,8000}"
_NAME: Final = "/certificate/v2"
_FIRST_NAME: Final = "/certificate/v1"
_TEXT: Final = re.compile(
    rf"(?P<origin>[^\n]+)(?:{_NAME}|{_FIRST_NAME})\n"
    rf"question (?P<question>{_QUESTION})\n"
    r"reader (?P<reader>[!-~]{1,255})\n"
    r"time (?P<time>[-0-9T:.]{26}Z)\n"
    r"position (?P<position>0|[1-9][0-9]{0,18})\n"
    r"(?:reading (?P<reading>[1-9][0-9]{0,8})\n)?"
    r"result (?:200 sha256:(?P<sha256>[0-9a-f]{64})|(?P<status>404|410) (?P<problem>[a-z-]+))\n"
    r"\n(?P<checkpoint>.+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Gave:
    """The question gave bytes with this SHA-256 (in hex)."""

    sha256: str

    @property
    def status(self) -> int:
        """The status of the answer."""
        return 200

    @property
    def text(self) -> str:
        """As a certificate has it."""
        return f"{self.status} sha256:{self.sha256}"

    def held_by(self, later: Gave | GaveNot) -> bool:
        """Whether it is still so by what the same question gives later."""
        return later == self


@dataclass(frozen=True, slots=True)
class GaveNot:
    """The question had no answer; `problem` is one of ABSENT."""

    problem: str

    @property
    def status(self) -> int:
        """The status of the refusal."""
        return ABSENT[self.problem]

    @property
    def text(self) -> str:
        """As a certificate has it."""
        return f"{self.status} {self.problem}"

    def held_by(self, later: Gave | GaveNot) -> bool:
        """Whether it is still so: what nobody knew of may since have become known, at later positions."""
        unheard_of = self.problem == "unknown" and later == GaveNot("not-yet-known")
        return unheard_of or later == self


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The log `origin` answered a question, in its fixed form, to `reader`.

    `time` is in microseconds UTC; the answer rests on the log up to `position`, which the checkpoint of the note
    `checkpoint` covers. `reading` is the number of the rules by which it was read; certificates of the first do not
    say it.
    """

    origin: str
    question: str
    reader: str
    time: int
    position: int
    result: Gave | GaveNot
    checkpoint: str
    reading: int = READING

    @property
    def text(self) -> str:
        """The text that is signed."""
        first = self.reading == FIRST_READING
        name, reading = (_FIRST_NAME, "") if first else (_NAME, f"reading {self.reading}\n")
        return (
            f"{self.origin}{name}\nquestion {self.question}\nreader {self.reader}\n"
            f"time {format_instant(self.time)}\nposition {self.position}\n{reading}"
            f"result {self.result.text}\n\n{self.checkpoint}"
        )

    def signed(self, signer: Signer) -> str:
        """The note of this certificate."""
        return sign_note(self.text, [signer])

    @classmethod
    def opened(cls, note: str, verifiers: Sequence[Verifier]) -> Self:
        """The certificate of a note; NoteError where one of the keys has not signed it and its checkpoint.

        The checkpoint is one of the same log, and covers the position.
        """
        text = open_note(note, verifiers)
        found = _TEXT.fullmatch(text)
        if found is None:
            raise NoteError("it is signed, and is no certificate")
        certificate = cls(
            origin=found["origin"],
            question=found["question"],
            reader=found["reader"],
            time=_instant(found["time"]),
            position=int(found["position"]),
            result=_result(found),
            checkpoint=found["checkpoint"],
            reading=int(found["reading"] or FIRST_READING),
        )
        checkpoint = Checkpoint.opened(certificate.checkpoint, verifiers)
        if checkpoint.origin != certificate.origin or checkpoint.size < certificate.position:
            raise NoteError("its checkpoint is of another log, or does not cover its position")
        if certificate.text != text:
            raise NoteError("it is not written as certificates are")
        return certificate


def _instant(text: str) -> int:
    try:
        return parse_cut(text)
    except InstantError as error:
        raise NoteError(f"its time is none: {error}") from error


def _result(found: re.Match[str]) -> Gave | GaveNot:
    if found["sha256"] is not None:
        return Gave(found["sha256"])
    if ABSENT.get(found["problem"]) != int(found["status"]):
        raise NoteError("its result is none")
    return GaveNot(found["problem"])
