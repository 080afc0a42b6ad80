"""What was said, and what was not: statements, responses and open questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from typing_extensions import TypedDict

from domain.fact import Fact, kind
from domain.named import Name, Somebody
from domain.register import Register, RegisterEntry, Rivalry, Succession, sharper_than
from domain.time.holding import Holding

if TYPE_CHECKING:
    from collections.abc import Iterable

Reply = Literal["declined", "no_reply", "denied", "neither_confirmed_nor_denied"]


class StatementEntry(TypedDict):
    """What a speaker said last."""

    speaker: str
    speaker_id: str | None
    on_behalf_of: Name | None
    topic: str | None
    quote: str | None


class ResponseEntry(TypedDict):
    """What somebody who was asked answered last."""

    asked: str
    asked_id: str | None
    answer: Reply
    about: str | None
    asked_by: Name | None


class OpenQuestionEntry(TypedDict):
    """A question that nothing has answered."""

    question: str
    about: str | None


STATEMENTS: Final = Register(
    "statements", succession=Succession.LATER, rivalry=Rivalry.MATTER, entry=StatementEntry
)
OPEN_QUESTIONS: Final = Register("open_questions", settled=True, entry=OpenQuestionEntry)
RESPONSES: Final = Register(
    "responses",
    succession=Succession.LATER,
    rivalry=Rivalry.MATTER,
    sharper={"answer": sharper_than({"neither_confirmed_nor_denied": "declined"})},
    entry=ResponseEntry,
)


@kind(holds=Holding.ONWARD, registers=(STATEMENTS,))
@dataclass(frozen=True, kw_only=True)
class Statement(Fact):
    """`speaker` said something, on a topic, perhaps on another's behalf."""

    kind: Literal["statement"] = "statement"
    speaker: Somebody
    on_behalf_of: Somebody | None = None
    topic: str | None = None
    quote: str | None = None

    def register_entries(self) -> Iterable[RegisterEntry]:
        """What the speaker last said."""
        shows = {"on_behalf_of": self.on_behalf_of, "topic": self.topic, "quote": self.quote}
        yield RegisterEntry(STATEMENTS, {"speaker": self.speaker}, shows, frozenset({"speaker"}))


@kind(holds=Holding.ONWARD, registers=(RESPONSES,))
@dataclass(frozen=True, kw_only=True)
class Response(Fact):
    """`asked` was asked, and declined to answer, did not reply, denied, or neither confirmed nor denied."""

    kind: Literal["response"] = "response"
    asked: Somebody
    answer: Reply
    about: str | None = None
    asked_by: Somebody | None = None

    def register_entries(self) -> Iterable[RegisterEntry]:
        """What the one asked last answered."""
        shows = {"answer": self.answer, "about": self.about, "asked_by": self.asked_by}
        yield RegisterEntry(
            RESPONSES, {"asked": self.asked}, shows, frozenset({"asked"}), ("answer",)
        )


@kind(holds=Holding.ONWARD, registers=(OPEN_QUESTIONS,))
@dataclass(frozen=True, kw_only=True)
class OpenQuestion(Fact):
    """A question that somebody says is open; it is open until a fact that answers it links to it."""

    kind: Literal["open_question"] = "open_question"
    question: str
    about: str | None = None

    def register_entries(self) -> Iterable[RegisterEntry]:
        """What is asked."""
        yield RegisterEntry(OPEN_QUESTIONS, {"question": self.question}, {"about": self.about})
