"""Converts events to stored JSON and back, under permanent names; stored bytes are never written again.

A stored name is a key of `domain.streams.event.STORED_NAMES`; an unknown name is refused, so that no payload can choose
a class. `shape` in the payload is the version of its form; an older shape is upcast when it is read.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import is_dataclass
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Final, get_type_hints
from uuid import UUID
from weakref import ref

import msgspec
from eventsourcing.persistence import (
    JSONTranscoder,
    Mapper,
    StoredEvent,
)

import domain.kinds  # noqa: F401 -- registers the kinds that payloads hold
from domain.fact import KINDS, Fact
from domain.later import later_fields
from domain.streams.erasure import ErasedEvent, ErasedVersion
from domain.streams.event import STORED_NAMES, FactErased, FactEvent, RecordEvent
from infrastructure.errors import UnreadableEventError
from infrastructure.log.entry import AuthoredEvent, LogEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventsourcing.domain import DomainEventProtocol

#: stored name → the steps that bring an older shape to the next one, oldest first.
UPCASTS: Final[dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], ...]]] = {}

_ENVELOPE: Final = ("originator_id", "originator_version", "actor")
_encoder: Final = msgspec.json.Encoder(order=None)
_BUILDING: Final = Lock()
"""Held while a decoder is made: msgspec caches parts of it on types, and another thread could find them half made."""
_fact_decoders: Final[dict[str, msgspec.json.Decoder[Any]]] = {}


class _Kind(msgspec.Struct):
    kind: str


_kind_decoder: Final = msgspec.json.Decoder(_Kind)
_KIND: Final = re.compile(rb'\{"kind":"([a-z_]+)",')
"""How `encode_fact` begins; of other content the kind is looked for."""


def encode_fact(fact: Fact) -> bytes:
    """A fact as JSON, with its fields in order; fields added later are left out if they have their default.

    The JSON is kept as long as the fact, because an event holds it, and each version of the fact.
    """
    kept = _encoded.get(id(fact))
    if kept is not None and kept[0]() is fact:
        return kept[1]
    return _keep(fact, _encoder.encode(_Fields.of(type(fact)).read(fact)))


def _keep(fact: Fact, content: bytes) -> bytes:
    at = id(fact)
    _encoded[at] = ref(fact, lambda _: _encoded.pop(at, None)), content
    return content


_encoded: Final[dict[int, tuple[ref[Fact], bytes]]] = {}


def _drop_defaults(value: Any) -> Any:  # noqa: ANN401 -- any part of an event
    """A value without the later fields that have their default."""
    if isinstance(value, tuple):
        return [_drop_defaults(part) for part in value]
    if isinstance(value, Fact):
        return msgspec.Raw(encode_fact(value))
    return _Fields.of(type(value)).read(value) if is_dataclass(value) else value


class _Fields:
    """The fields of a dataclass; the `later` ones are left out of what is stored if they have their default."""

    _known: ClassVar[dict[type, _Fields]] = {}

    @classmethod
    def of(cls, dataclass: type) -> _Fields:
        """The fields of a dataclass."""
        fields = cls._known.get(dataclass)
        if fields is None:
            fields = cls._known[dataclass] = cls(dataclass)
        return fields

    def __init__(self, cls: type) -> None:
        self._names = [field.name for field in dataclasses.fields(cls)]
        self._values = attrgetter(*self._names, "__class__")
        self._later = later_fields(cls)

    def read(self, value: object) -> dict[str, Any]:
        """The fields of a value, as they are stored."""
        parts = dict(zip(self._names, self._values(value), strict=False))
        for name, default in self._later.items():
            if parts[name] == default:
                del parts[name]
        for name, part in parts.items():
            if type(part) not in _SIMPLE:
                parts[name] = _drop_defaults(part)
        return parts


_SIMPLE: Final = frozenset((str, int, type(None), bool, UUID))
"""The types of most values, which have no parts."""


def decode_fact(content: bytes) -> Fact:
    """The fact that `encode_fact` wrote."""
    begun = _KIND.match(content)
    kind = begun[1].decode() if begun else _kind_decoder.decode(content).kind
    decoder = _fact_decoders.get(kind)
    cls = KINDS[kind]
    if decoder is None or decoder.type is not cls:
        with _BUILDING:
            decoder = _fact_decoders[kind] = msgspec.json.Decoder(cls)
    return decoder.decode(content)  # type: ignore[no-any-return]


def restore_fact(content: bytes) -> Fact:
    """The fact that was stored as `content`, by which `encode_fact` goes on storing it."""
    fact = decode_fact(content)
    _keep(fact, content)
    return fact


class EventCodec(Mapper[UUID]):
    """The mapper of Parley's log: explicit names, explicit actor, msgspec JSON."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Encode an event as it is stored."""
        if not isinstance(domain_event, RecordEvent):
            raise TypeError(f"{type(domain_event).__name__} is not an event of the record")
        payload = {k: v for k, v in _drop_defaults(domain_event).items() if k not in _ENVELOPE}
        shape = 1 + len(UPCASTS.get(domain_event.stored_name, ()))
        return AuthoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=domain_event.stored_name,
            state=_encoder.encode({"shape": shape, **payload}),
            actor=domain_event.actor,
            event=domain_event,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Decode a stored event; UnreadableEventError if it cannot be read."""
        return self.read(stored_event, getattr(stored_event, "actor", ""))

    def read(self, stored: StoredEvent, actor: str) -> RecordEvent:
        """Decode a stored event and add its actor; an erased one becomes an ErasedEvent or ErasedVersion."""
        if isinstance(stored, LogEntry) and stored.erased_by is not None:
            return _restore_erased(stored, stored.erased_by, actor)
        cls = STORED_NAMES.get(stored.topic)
        try:
            if cls is None:
                raise UnreadableEventError(f"no event is stored as {stored.topic!r}")
            payload = _payload_decoder(stored.topic).decode(_upcast(stored.topic, stored.state))
            fields = msgspec.structs.asdict(payload)
            _check_shape(stored.topic, fields.pop("shape"))
            if "fact" in fields:
                fields["fact"] = restore_fact(bytes(fields["fact"]))
            return cls(
                originator_id=_uuid(stored.originator_id),
                originator_version=stored.originator_version,
                actor=actor,
                **fields,
            )
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError, RecursionError) as error:
            where = f"{stored.originator_id} version {stored.originator_version}"
            raise UnreadableEventError(
                f"the {stored.topic} event of {where} cannot be read: {error}"
            ) from error


def _restore_erased(entry: LogEntry, erased_by: bytes, actor: str) -> RecordEvent:
    """What is left of an event whose payload was erased."""
    envelope: dict[str, Any] = {
        "originator_id": _uuid(entry.originator_id),
        "originator_version": entry.originator_version,
        "actor": actor,
        "was": entry.topic,
    }
    if not issubclass(STORED_NAMES.get(entry.topic, RecordEvent), FactEvent):
        return ErasedEvent(**envelope)
    if not erased_by:
        raise UnreadableEventError(
            f"the payload of position {entry.id} is gone, but no event says that it was erased"
        )
    erasure = _payload_decoder(FactErased.stored_name).decode(erased_by)
    return ErasedVersion(**envelope, negotiation_id=erasure.negotiation_id)  # type: ignore[attr-defined]


def _payload_decoder(stored_name: str) -> msgspec.json.Decoder[msgspec.Struct]:
    """The decoder of an event's own fields by their types; a fact stays raw until its kind is known."""
    decoder = _payload_decoders.get(stored_name)
    if decoder is None:
        with _BUILDING:
            decoder = _payload_decoders[stored_name] = _make_decoder(stored_name)
    return decoder


_payload_decoders: Final[dict[str, msgspec.json.Decoder[msgspec.Struct]]] = {}


def _make_decoder(stored_name: str) -> msgspec.json.Decoder[msgspec.Struct]:
    cls = STORED_NAMES[stored_name]
    hints = get_type_hints(cls)
    own = [field.name for field in dataclasses.fields(cls) if field.name not in _ENVELOPE]
    fields: list[Any] = [("shape", int)]
    fields += [(name, msgspec.Raw if hints[name] is Fact else hints[name]) for name in own]
    added = later_fields(cls)
    fields = [(name, kind, added[name]) if name in added else (name, kind) for name, kind in fields]
    struct = msgspec.defstruct(f"{cls.__name__}Payload", fields, kw_only=True)
    return msgspec.json.Decoder(struct)


def _upcast(name: str, state: bytes) -> bytes:
    steps = UPCASTS.get(name)
    if not steps:
        return state
    payload = msgspec.json.decode(state)
    for step in steps[payload["shape"] - 1 :]:
        payload = step(payload)
    return _encoder.encode(payload | {"shape": 1 + len(steps)})


def _check_shape(name: str, shape: int) -> None:
    newest = 1 + len(UPCASTS.get(name, ()))
    if shape != newest:
        raise UnreadableEventError(
            f"its shape is {shape}, but this Parley knows shapes up to {newest}: install a newer one"
        )


def _uuid(originator_id: UUID | str) -> UUID:
    return originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
