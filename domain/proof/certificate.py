"""Defines certificates: a certificate says which bytes a question gave, or that it gave none, on a signed log.

Its text (docs/proofs.md) cannot be read as a checkpoint, nor a checkpoint as a certificate: a checkpoint has no blank
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

ABSENT: Final = {"unknown": 404, "not-yet-known": 404, "withdrawn": 410, "erased": 410}
"""The problems that say that there is no answer, and their statuses."""
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
class DigestResult:
    """The question gave bytes with this SHA-256 (in hex)."""

    sha256: str

    @property
    def status(self) -> int:
        """The status of the answer."""
        return 200

    @property
    def text(self) -> str:
        """The result as it is written in a certificate."""
        return f"{self.status} sha256:{self.sha256}"

    def is_confirmed_by(self, later: DigestResult | AbsentResult) -> bool:
        """Whether a later answer to the same question agrees."""
        return later == self


@dataclass(frozen=True, slots=True)
class AbsentResult:
    """The question had no answer; `problem` is one of ABSENT."""

    problem: str

    @property
    def status(self) -> int:
        """The status of the refusal."""
        return ABSENT[self.problem]

    @property
    def text(self) -> str:
        """The result as it is written in a certificate."""
        return f"{self.status} {self.problem}"

    def is_confirmed_by(self, later: DigestResult | AbsentResult) -> bool:
        """Whether a later answer agrees; something unknown may have become known at later positions."""
        unheard_of = self.problem == "unknown" and later == AbsentResult("not-yet-known")
        return unheard_of or later == self


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The log `origin` answered a question, in its fixed form, to `reader`.

    `time` is in microseconds UTC. The answer is derived from the log up to `position`, and the signed note `checkpoint`
    covers that position. `reading` is the number of the rules that the record was read by; certificates of the first
    reading do not contain it.
    """

    origin: str
    question: str
    reader: str
    time: int
    position: int
    result: DigestResult | AbsentResult
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

    def sign(self, signer: Signer) -> str:
        """The note of this certificate."""
        return sign_note(self.text, [signer])

    @classmethod
    def verify_note(cls, note: str, verifiers: Sequence[Verifier]) -> Self:
        """Read the certificate of a note; NoteError unless one of the keys has signed it, and one its checkpoint.

        The checkpoint must belong to the same log, and cover the position.
        """
        text = open_note(note, verifiers)
        match = _TEXT.fullmatch(text)
        if match is None:
            raise NoteError("it is signed, but is not a certificate")
        certificate = cls(
            origin=match["origin"],
            question=match["question"],
            reader=match["reader"],
            time=_instant(match["time"]),
            position=int(match["position"]),
            result=_result(match),
            checkpoint=match["checkpoint"],
            reading=int(match["reading"] or FIRST_READING),
        )
        checkpoint = Checkpoint.verify_note(certificate.checkpoint, verifiers)
        if checkpoint.origin != certificate.origin or checkpoint.size < certificate.position:
            raise NoteError("its checkpoint belongs to another log, or does not cover its position")
        if certificate.text != text:
            raise NoteError("its text is not in the form of a certificate")
        return certificate


def _instant(text: str) -> int:
    try:
        return parse_cut(text)
    except InstantError as error:
        raise NoteError(f"its time cannot be read: {error}") from error


def _result(match: re.Match[str]) -> DigestResult | AbsentResult:
    if match["sha256"] is not None:
        return DigestResult(match["sha256"])
    if ABSENT.get(match["problem"]) != int(match["status"]):
        raise NoteError("its result has a problem and a status that do not belong together")
    return AbsentResult(match["problem"])
