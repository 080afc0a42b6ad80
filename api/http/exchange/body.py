"""Reads a body once, never past its limit, and only in a supported media type."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, Final, cast
from uuid import UUID

from starlette.requests import ClientDisconnect, Request

from api.commands.importing.text_files import CHARSETS
from api.composition import Parley
from api.http.authorization import principal_of
from api.http.callers import Confirmation
from api.http.exchange.parameters import Parameter, read_query
from api.http.problems import RefusedError
from domain.access import Principal
from domain.errors import UnknownError
from domain.streams.fact import FactRecord
from domain.streams.negotiation import SLUG, Negotiation
from domain.time.perspective import PerspectiveQuery
from infrastructure.readers.reading import Reading

_JSON: Final = frozenset({"application/json"})
_IN_MEMORY: Final = 1_048_576
_UNDERSTOOD: Final = ("charset=", "header=present")
_UTF8: Final = {"utf-8": "utf-8", "utf8": "utf-8"}


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact to change, as its stream leaves it, and the slug of its negotiation."""

    record: FactRecord
    slug: str


@dataclass(frozen=True)
class Sent:
    """A POST with its body, or for an import the file that holds it and its charset, and the body's hash."""

    request: Request
    parley: Parley
    parameters: dict[str, str]
    media: str
    body: bytes
    digest: str
    spool: BinaryIO | None = None
    charset: str | None = None

    @property
    def principal(self) -> Principal:
        """The principal that sent it."""
        return principal_of(self.request)

    @property
    def actor(self) -> str:
        """The name of the person who makes the change; UnauthenticatedError for an anonymous request."""
        return self.principal.actor

    def reading(self) -> AbstractContextManager[Reading]:
        """A reading of the record with the rights of the sender."""
        return self.parley.reading(self.principal)

    def check_negotiation(self, slug: str) -> None:
        """Raise UnknownError where the sender sees no negotiation with a slug, before the body is read."""
        if not SLUG.fullmatch(slug):
            raise UnknownError("negotiation", slug)
        confirmation: Confirmation | None = self.request.scope["state"].get("confirmation")
        saw = None if confirmation is None else confirmation.saw(slug)
        if saw is None:
            with self.parley.looking(self.principal) as look:
                look.negotiation(slug)
        elif not saw:
            raise UnknownError("negotiation", slug)

    def negotiation(self, slug: str) -> Negotiation:
        """Give a negotiation to change; raises as `check_negotiation` does."""
        self.check_negotiation(slug)
        return self.parley.ledger.negotiation(slug)

    def fact(self, id_: UUID) -> KnownFact:
        """Give a fact to change; UnknownError where the sender cannot see one, ErasedError for an erased one."""
        slug = self.slug_of_fact(id_)
        record = self.parley.ledger.fact(id_)
        if record.erased:
            with self.reading() as reading:
                reading.history(id_, reading.perspective(PerspectiveQuery()))
        return KnownFact(record, slug)

    def slug_of_fact(self, id_: UUID) -> str:
        """Give the slug of a fact's negotiation; UnknownError where the sender cannot see the fact."""
        with self.parley.looking(self.principal) as look:
            return look.slug_of_fact(id_)


class Sending:
    """A FastAPI dependency that reads a JSON body of at most the settings' `max_body_bytes`, or `most`."""

    def __init__(self, *parameters: Parameter, most: int | None = None) -> None:
        self.parameters = parameters
        self.most = most

    async def __call__(self, request: Request) -> Sent:
        """Read the body, or refuse it with 413, 415 or 422."""
        parley: Parley = request.app.state.parley
        parameters = {**_read_query(self, request.scope["query_string"])}
        media, _ = _media(request, _JSON, _UTF8)
        limit = min(parley.settings.max_body_bytes, self.most or parley.settings.max_body_bytes)
        _refuse_announced(request, limit)
        content = bytearray()
        async for chunk in _chunks(request):
            content += chunk
            if len(content) > limit:
                raise _too_large(limit)
        body = bytes(content)
        return Sent(request, parley, parameters, media, body, hashlib.sha256(body).hexdigest())


@lru_cache(maxsize=256)
def _read_query(sending: Sending, query: bytes) -> dict[str, str]:
    """Read a query; the result is shared by requests with the same query, so each takes a copy."""
    return read_query(query, sending.parameters)


class Spooling:
    """A FastAPI dependency that streams a body of at most the settings' `max_import_bytes` to a temporary file."""

    def __init__(self, media: frozenset[str], *parameters: Parameter) -> None:
        self.media = media
        self.parameters = parameters

    async def __call__(self, request: Request) -> AsyncIterator[Sent]:
        """Hold the body in a file that is deleted once the answer has been made."""
        parley: Parley = request.app.state.parley
        parameters = read_query(request.scope["query_string"], self.parameters)
        media, charset = _media(request, self.media, CHARSETS)
        limit = parley.settings.max_import_bytes
        _refuse_announced(request, limit)
        hashed, length = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            spool = cast("BinaryIO", file)
            async for chunk in _chunks(request):
                length += len(chunk)
                if length > limit:
                    raise _too_large(limit)
                hashed.update(chunk)
                spool.write(chunk)
            spool.seek(0)
            yield Sent(request, parley, parameters, media, b"", hashed.hexdigest(), spool, charset)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect as error:
        raise RefusedError(
            "malformed", "", "the connection ended before the body did: send the request again"
        ) from error


def _media(
    request: Request, expected: frozenset[str], understood: Mapping[str, str]
) -> tuple[str, str | None]:
    """Give the media type, and the charset that it names; CSV's header=present (RFC 4180) says nothing more."""
    header = request.headers.get("content-type", "")
    media = (header, None) if header in expected else _parse_media(header, expected, understood)
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise RefusedError(
            "media-type",
            "/header/Content-Encoding",
            "compressed bodies are not read: send the body without a content coding",
        )
    return media


def _parse_media(
    header: str, expected: frozenset[str], understood: Mapping[str, str]
) -> tuple[str, str | None]:
    media, *parameters = (part.strip().lower() for part in header.split(";"))
    charsets = {
        part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")
    }
    named = all(part.startswith(_UNDERSTOOD) for part in parameters if part)
    if media not in expected or not named or not charsets <= understood.keys() or len(charsets) > 1:
        wanted = " or ".join(sorted(expected))
        shown = ascii(header)[1:-1][:100] or "none"
        coded = "in UTF-8" if understood is _UTF8 else "with or without a charset that is known"
        raise RefusedError(
            "media-type", "/header/Content-Type", f"send a body of {wanted} {coded}, not {shown}"
        )
    return media, next((understood[charset] for charset in charsets), None)


def _refuse_announced(request: Request, limit: int) -> None:
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> RefusedError:
    name = "too-large"
    return RefusedError(name, "", f"this body is longer than {limit} bytes: send less at once")
