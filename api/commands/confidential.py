"""Takes the confidential parts out of a request before anything else reads it, and passes them on separately.

So no fact, no event's payload and no answer can contain them by mistake: these have no field for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, ParamSpec, TypeVar, cast

from api.commands.json_text import CONFIDENTIAL, pointer, read_repeating
from domain.confidential import Confidential, Source, check_confidential
from domain.errors import ContentError, Fault
from domain.fact import Fact
from domain.gathering import Gathering
from domain.streams.event import FactCorrected, FactEvent, FactRecorded

FIELD: Final = CONFIDENTIAL
P = ParamSpec("P")
R = TypeVar("R")


_NAMES: Final = tuple(each.name for each in fields(Confidential))


@dataclass(frozen=True)
class Withheld:
    """What was taken out of a request: by the index of the fact's citation, and of the change's own citation.

    `faults` are what is wrong with it.
    """

    listed: Mapping[int, Confidential] = field(default_factory=dict)
    own: Confidential | None = None
    faults: tuple[Fault, ...] = ()

    def read_rest(self, read: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
        """What the rest is read as; ContentError with the faults of both."""
        gathered = Gathering(self.faults)
        content = gathered.take(read, *args, **named)
        gathered.refuse()
        return cast("R", content)

    def of_fact(self, fact: Fact) -> list[Source]:
        """The sources of a fact that was sent."""
        return [
            Source(citation=fact.citations[index], confidential=each)
            for index, each in sorted(self.listed.items())
        ]

    def sources(self, event: FactEvent) -> list[Source]:
        """The sources of the event that the request came to."""
        fact = event.fact if isinstance(event, FactRecorded | FactCorrected) else None
        sources = [] if fact is None else self.of_fact(fact)
        citation = getattr(event, "citation", None)
        if self.own is not None and citation is not None:
            sources.append(Source(citation=citation, confidential=self.own))
        return sources


_NOTHING: Final = Withheld()


def read_withholding(raw: bytes) -> tuple[Any, Withheld]:
    """What a body says, as `withhold_confidential` gives it; names that come twice are among the faults."""
    document, repeated = read_repeating(raw)
    rest, withheld = withhold_confidential(document)
    if not repeated.faults:
        return rest, withheld
    return rest, replace(withheld, faults=(*repeated.faults, *withheld.faults))


def withhold_confidential(document: Any) -> tuple[Any, Withheld]:  # noqa: ANN401 -- what was sent may be any JSON
    """What was sent, a fact or a change of one, without what is confidential in it."""
    if not isinstance(document, dict):
        return document, _NOTHING
    taking = _Taking()
    rest = dict(document)
    if "citation" in rest:
        rest["citation"], own = taking.take_one(rest["citation"], ("citation",))
    else:
        own = None
    listed: dict[int, Confidential] = {}
    if "citations" in rest:
        rest["citations"], listed = taking.take_all(rest["citations"], ("citations",))
    changes = rest.get("changes")
    if isinstance(changes, dict) and "citations" in changes:
        place = ("changes", "citations")
        citations, listed = taking.take_all(changes["citations"], place)
        rest["changes"] = {**changes, "citations": citations}
    if own is None and not (listed or taking.faults):
        return rest, _NOTHING
    return rest, Withheld(listed, own, tuple(taking.faults))


class _Taking:
    """Takes confidential parts out of citations, and keeps what is wrong with them; no fault says what was sent."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def take_all(
        self,
        citations: Any,  # noqa: ANN401 -- the same
        place: tuple[str, ...],
    ) -> tuple[Any, dict[int, Confidential]]:
        """The citations without them, and them by index."""
        if not isinstance(citations, list):
            return citations, {}
        rest, parts = [], {}
        for index, citation in enumerate(citations):
            left, part = self.take_one(citation, (*place, str(index)))
            rest.append(left)
            if part is not None:
                parts[index] = part
        return rest, parts

    def take_one(
        self,
        citation: Any,  # noqa: ANN401 -- the same
        place: tuple[str, ...],
    ) -> tuple[Any, Confidential | None]:
        """One citation without its part, and the part."""
        if not isinstance(citation, dict) or FIELD not in citation:
            return citation, None
        rest = dict(citation)
        sent = rest.pop(FIELD)
        try:
            return rest, None if sent is None else _part(sent)
        except ContentError as error:
            at = pointer((*place, FIELD))
            self.faults += [Fault(at + fault.pointer, fault.detail) for fault in error.faults]
            return rest, None


def _part(sent: object) -> Confidential:
    """Read a confidential part; the ContentError repeats nothing of it."""
    if not isinstance(sent, dict) or set(sent) - set(_NAMES):
        raise ContentError.at(
            "", f"write an object with the fields {', '.join(_NAMES)}, each a text"
        )
    faults = [
        Fault(pointer((name,)), "write a text")
        for name, value in sent.items()
        if not isinstance(value, str | None)
    ]
    if faults:
        raise ContentError(*faults)
    part = Confidential(**sent)
    check_confidential(part)
    return part
