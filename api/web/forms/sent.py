"""Reads a form only if it comes from a page of this server, within the session that it was given to.

The browser says where the form comes from in `Sec-Fetch-Site` or `Origin`; a token in the form names the session.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request

from api.composition import Parley
from api.http.problems import RefusedError
from infrastructure.identity.sessions import Session

TOKEN_FIELD: Final = "form_token"  # noqa: S105 -- the name of a field
MOST_FIELDS: Final = 5_000
_URLENCODED: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"


class LeftBehindError(Exception):
    """A form whose sender is not signed in any more, or in another session: `fields` are what was written in it."""

    def __init__(self, fields: dict[str, str], status: int) -> None:
        super().__init__(status)
        self.fields = fields
        self.status = status


async def read_form(request: Request) -> dict[str, str]:
    """Give the fields of a form that somebody who is signed in sent; RefusedError for any other.

    LeftBehindError where the session that it was given to has ended since.
    """
    check_origin(request)
    fields = await read_fields(request)
    session: Session | None = request.scope["state"].get("session")
    if session is None:
        raise LeftBehindError(fields, HTTPStatus.UNAUTHORIZED)
    if not _has_token(session, fields):
        raise LeftBehindError(fields, HTTPStatus.FORBIDDEN)
    return fields


async def read_upload(request: Request) -> dict[str, bytes]:
    """Give the fields of a form with a file, as bytes; RefusedError as `read_form`."""
    check_origin(request)
    session = session_of(request)
    media = request.headers.get("content-type", "")
    if not media.lower().startswith(_MULTIPART):
        raise RefusedError(
            "media-type", "/header/Content-Type", f"send a form of the media type {_MULTIPART}"
        )
    fields = parts_of(media, await read_body(request))
    token = fields.get(TOKEN_FIELD, b"").decode("ascii", "replace")
    check_token(session, {TOKEN_FIELD: token})
    return fields


def parts_of(media: str, body: bytes) -> dict[str, bytes]:
    """The parts of a form (RFC 7578) by their names; of two with one name the last."""
    head = f"Content-Type: {media}\r\n\r\n".encode("latin-1")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    parts: dict[str, bytes] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            parts[name] = content
    return parts


async def read_fields(request: Request) -> dict[str, str]:
    """Give the fields of a form, wherever it comes from; of two with one name the last."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != _URLENCODED:
        raise RefusedError(
            "media-type", "/header/Content-Type", f"send a form of the media type {_URLENCODED}"
        )
    body = await read_body(request)
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError as error:
        raise RefusedError(
            "malformed", "", "the form cannot be read: reload the page and send it again"
        ) from error
    return {name: text.replace("\r\n", "\n") for name, text in pairs}


async def read_body(request: Request) -> bytes:
    """Give the body of a request; RefusedError where it is larger than the settings allow."""
    parley: Parley = request.app.state.parley
    most = parley.settings.max_body_bytes
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise RefusedError(
                "too-large",
                "",
                f"a form has at most {most:,} bytes; for a larger file, run parley import SLUG FILE",
            )
    return bytes(content)


def session_of(request: Request) -> Session:
    """Give the session of a request; RefusedError without one."""
    session: Session | None = request.scope["state"].get("session")
    if session is None:
        raise RefusedError(
            "unauthenticated",
            "/header/Cookie",
            "you are not signed in, or no longer: sign in, and send it again",
        )
    return session


def check_origin(request: Request) -> None:
    """RefusedError where a form does not come from a page of this server."""
    if not _is_same_origin(request.headers):
        raise RefusedError(
            "cross-origin",
            "/header/Origin",
            "this form was not sent from a page of this server; nothing was done",
        )


def check_token(session: Session, fields: Mapping[str, str]) -> None:
    """RefusedError where a form was not given to this session."""
    if not _has_token(session, fields):
        raise RefusedError(
            "form-token",
            f"/{TOKEN_FIELD}",
            "this form is of another session: open its page again, and send it from there",
        )


def _has_token(session: Session, fields: Mapping[str, str]) -> bool:
    sent = fields.get(TOKEN_FIELD, "").encode()
    return hmac.compare_digest(sent, form_token(session).encode())


def form_token(session: Session) -> str:
    """Give the token for the forms of a session; it does not reveal the token of the session itself."""
    return hmac.digest(session.token.encode(), b"parley form", "sha256").hex()


def _is_same_origin(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    host = headers.get("host", "")
    return bool(host) and urlsplit(headers.get("origin", "")).netloc == host
