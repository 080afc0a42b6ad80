"""Reads a line as a command on one fact, which the line names by its external id or its id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, TypeVar
from uuid import UUID, uuid5

import msgspec

from api.commands.changes import OPS, Change
from api.commands.commands import FactParser
from api.commands.confidential import Withheld, withhold_confidential
from api.commands.importing.lines import SourceLine
from api.commands.importing.report import COUNTED
from api.commands.importing.spool import FactSpool, SpooledFact
from api.commands.json_text import canonical
from api.commands.merge_patch import apply_merge_patch, check_for_any_kind
from domain.characters import is_blank
from domain.errors import ContentError, Fault
from domain.fact import LONGEST_NAME, Fact, as_primitives, fact_id
from domain.gathering import Gathering
from domain.kinds.envoys import Alias
from domain.streams.change_request import OWN_VERSION
from domain.views.notices import find_notices

R = TypeVar("R")
_RECORD: Final = "record"
_NOTHING: Final = Withheld()
_AT_HAND: Final = 1_024
"""How many commands of the spool are kept in memory: those of a turn, or of a batch that is decided."""
_encode: Final = msgspec.msgpack.Encoder(uuid_format="bytes").encode
_decode: Final = msgspec.msgpack.Decoder(tuple[int, int, UUID, str | None, bool]).decode
"""The number of a line and of its columns, the id of its fact, the external id or id that it gives, and `noticed`."""


@dataclass(frozen=True, slots=True)
class FaultyCorrection:
    """What is known of a correction that could not be read: its fact, its changes and the faults apart from these.

    Once the fact is known, the changes are checked by its kind.
    """

    line: SourceLine
    fact_id: UUID
    changes: dict[str, Any]
    apart: tuple[Fault, ...]
    more: int

    def check(self, fact: Fact, parser: FactParser) -> ContentError:
        """All faults of the correction, on the fact that it corrects."""
        unread = [fault.pointer for fault in self.line.faults]
        try:
            apply_merge_patch(fact, self.changes, parser)
        except ContentError as error:
            faults = [fault for fault in error.faults if not _is_within(fault.pointer, unread)]
            return ContentError(*dict.fromkeys((*self.apart, *faults)), more=self.more + error.more)
        return ContentError(*self.apart, more=self.more)


class FaultyCorrectionError(ContentError):
    """The faults of a correction that can be found before its fact is known."""

    def __init__(self, error: ContentError, correction: FaultyCorrection) -> None:
        super().__init__(*error.faults, more=error.more)
        self.correction = correction


Named = tuple[UUID, str | None]
"""The id of a fact, and the name that a line has for it."""


@dataclass(frozen=True, slots=True)
class Command:
    """The command of one line; `named` is the external id or id that it gives, None if it gives neither.

    `pointer` is that of the field that names the fact of a change. A fact is kept in a spool, and `load` reads it.
    """

    line: SourceLine
    op: str
    fact_id: UUID
    named: str | None
    body: SpooledFact | Change
    withheld: Withheld
    pointer: str = "/external_id"

    @property
    def is_fact(self) -> bool:
        """Whether the line is a fact, and not a change of one."""
        return isinstance(self.body, SpooledFact)

    @property
    def size(self) -> int:
        """How many bytes the line's fact has as JSON."""
        return self.body.size if isinstance(self.body, SpooledFact) else 0

    def load(self) -> Fact | Change:
        """The fact or the change."""
        return self.body.load() if isinstance(self.body, SpooledFact) else self.body


class Commands:
    """Keeps the commands of an import: those that record a fact in a spool, and the others in memory."""

    def __init__(self, spool: FactSpool) -> None:
        self._aliases: set[int] = set()
        self._nameless: set[int] = set()
        self.load = lru_cache(_AT_HAND)(self._load)
        """Gives the command that is kept at a place."""
        self._spool = spool
        self._columns: list[Mapping[str, str]] = []

    def keep(
        self, line: SourceLine, op: str, named: Named, body: Fact | Change, withheld: Withheld
    ) -> Command | int:
        """Keep the command of a line; a place if it is in the spool, which `load` takes."""
        if not isinstance(body, Fact):
            pointer = "/id" if named[1] == str(named[0]) else "/external_id"
            return Command(line, op, *named, body, withheld, pointer)
        is_alias = isinstance(body, Alias)
        noticed = is_alias or bool(find_notices(body))
        place = self._spool.add(
            body, _encode((line.number, self._find_columns(line.columns), *named, noticed))
        )
        if withheld != _NOTHING:
            return replace(self._load(place), line=line, withheld=withheld)
        if is_alias:
            self._aliases.add(place)
        if named[1] is None:
            self._nameless.add(place)
        return place

    def is_nameless(self, kept: object) -> bool:
        """Whether a line that is kept so names no fact."""
        if isinstance(kept, int):
            return kept in self._nameless
        return isinstance(kept, Command) and not kept.named

    def load_alias(self, kept: object) -> tuple[UUID, Alias] | None:
        """The id and the alias that a line which is kept so would record; None if it records something else."""
        if isinstance(kept, int):
            if kept not in self._aliases:
                return None
            kept = self.load(kept)
        if isinstance(kept, Command) and isinstance(kept.body, SpooledFact) and kept.body.noticed:
            fact = kept.body.load()
            return (kept.fact_id, fact) if isinstance(fact, Alias) else None
        return None

    def _load(self, place: int) -> Command:
        known, at, size = self._spool.find(place)
        number, columns, id_, name, noticed = _decode(known)
        line = SourceLine(number, None, columns=self._columns[columns])
        body = SpooledFact(self._spool, at, size, noticed)
        return Command(line, _RECORD, id_, name, body, _NOTHING)

    def _find_columns(self, columns: Mapping[str, str]) -> int:
        """The number of a line's columns; lines next to one another mostly have the same."""
        if not self._columns or self._columns[-1] != columns:
            self._columns.append(columns)
        return len(self._columns) - 1


class CommandReader:
    """Reads the lines of one negotiation's import, and keeps their commands."""

    def __init__(self, negotiation_id: UUID, parser: FactParser, commands: Commands) -> None:
        self._negotiation_id = negotiation_id
        self._facts = parser
        self._commands = commands

    def read(self, line: SourceLine) -> Command | int:
        """Read a line's command; ContentError with every fault that can be found without reading the record.

        Gives the command, or the place at which it is kept (`Commands.keep`).
        """
        if line.content is None:
            raise ContentError(*line.faults, more=line.more)
        content, kept_apart = withhold_confidential(dict(line.content))
        gathered = Gathering((*line.faults, *kept_apart.faults), line.more)
        # What waits in memory does not keep its source.
        line = SourceLine(line.number, None, line.faults, line.columns, line.more, line.last)
        op = gathered.take(_op, content.pop("op", _RECORD))
        line_id = content.pop("id", None)
        id_ = gathered.take(_id, line_id)
        named: Named | None = None
        body: Fact | Change | None = None
        if op == _RECORD or (op is None and "kind" in content):
            body = gathered.take(self._parse, line, self._facts.parse, content)
            if body is not None:
                named = gathered.take(self._of_fact, id_, body)
        elif op is not None:
            name = content.pop("external_id", None)
            external_id = gathered.take(_external_id, name)
            if {id_, external_id} != {None} or (line_id is None and name is None):
                named = gathered.take(self._name_fact, id_, external_id)
            body = gathered.take(self._parse, line, OPS[op].parser.parse, content)
            if op == "correct" and gathered.found:
                self._refuse_correction(gathered, line, named, content.get("changes"))
        gathered.refuse()
        if op is None or body is None or named is None:
            raise AssertionError
        return self._commands.keep(line, op, named, body, kept_apart)

    def _refuse_correction(
        self, gathered: Gathering, line: SourceLine, named: Named | None, changes: object
    ) -> None:
        """Refuse a correction with the faults that its changes have on a fact of any kind."""
        gathered.take(check_for_any_kind, changes, self._facts)
        try:
            gathered.refuse()
        except ContentError as error:
            if named is None or not isinstance(changes, dict):
                raise
            of_changes = {*error.faults} - {*line.faults}
            apart = (
                fault for fault in error.faults if not (fault in of_changes and _in_changes(fault))
            )
            kept = FaultyCorrection(line, named[0], changes, tuple(apart), error.more)
            raise FaultyCorrectionError(error, kept) from error

    def _parse(
        self, line: SourceLine, parse: Callable[[dict[str, Any]], R], content: dict[str, Any]
    ) -> R:
        """Parse a line's object; a part that could not be read gets no further faults."""
        try:
            return parse(content)
        except ContentError as error:
            unread = [fault.pointer for fault in line.faults]
            rest = [fault for fault in error.faults if not _is_within(fault.pointer, unread)]
            raise ContentError(*rest, more=error.more) from error

    def _of_fact(self, id_: UUID | None, fact: Fact) -> Named:
        if id_ is None and fact.external_id is None:
            return self._by_content(fact), None
        return self._name_fact(id_, fact.external_id)

    def _name_fact(self, id_: UUID | None, external_id: str | None) -> Named:
        if external_id is None:
            if id_ is None:
                raise ContentError.at("/external_id", "name the fact: write its external_id or id")
            return id_, str(id_)
        computed = fact_id(self._negotiation_id, external_id)
        if id_ not in {None, computed}:
            raise ContentError.at(
                "/id", f"write {computed}, which is the id of this external_id, or leave id out"
            )
        return computed, external_id

    def _by_content(self, fact: Fact) -> UUID:
        """An id that is derived from the content, so that recording the same content again is recognised."""
        unnamed = uuid5(self._negotiation_id, "")
        return uuid5(unnamed, canonical(as_primitives(fact)).decode())


def _in_changes(fault: Fault) -> bool:
    return fault.pointer.startswith("/changes/")


def _is_within(pointer: str, others: Iterable[str]) -> bool:
    return any(pointer == other or pointer.startswith(f"{other}/") for other in others)


def _op(value: object) -> str:
    if not isinstance(value, str) or value not in COUNTED:
        raise ContentError.at("/op", f"write one of {', '.join(COUNTED)}")
    return value


def _id(value: object) -> UUID | None:
    if value is None:
        return None
    try:
        id_ = UUID(str(value))
    except ValueError:
        id_ = None
    if id_ is None or str(id_) != value:
        raise ContentError.at(
            "/id",
            "this is not the id of a fact: write its 36 characters in lower case, or your own name as external_id",
        )
    if id_.version == OWN_VERSION:
        raise ContentError.at(
            "/id",
            f"no fact has an id of version {OWN_VERSION}: leave id out, or write the id of a fact",
        )
    return id_


def _external_id(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or is_blank(value) or len(value) > LONGEST_NAME:
        raise ContentError.at("/external_id", f"write a text of 1 to {LONGEST_NAME} characters")
    return value
