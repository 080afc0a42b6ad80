"""The command line asks the API, in its own process: what it prints is what the API answers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Self
from urllib.parse import quote, urlencode

import typer
from starlette.types import Message

from api.app import create_app
from api.cli_record import RefusedError
from api.composition import Parley
from api.json_text import written

__all__ = ["Answer", "ask", "print_answer", "tell"]

_OPTION: Final = "/query/"
_OWNER: Final = {"authorization": "Bearer owner"}
"""Whoever has the database needs no key to it."""
_OF_THE_RECORD: Final = frozenset({"position", "cursor"})
"""Parameters that only the record can find wrong: the command itself was well written."""


@dataclass(frozen=True)
class Answer:
    """The body of an answer, as bytes and as what they say."""

    body: bytes

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """An answer with that content."""
        return cls(written(content))

    @property
    def content(self) -> dict[str, Any]:
        """The JSON object that the body holds."""
        found: dict[str, Any] = json.loads(self.body)
        return found


def ask(
    parley: Parley,
    path: str,
    parameters: Mapping[str, object],
    *,
    accept: str = "application/json",
) -> Answer:
    """GET; RefusedError for what the record refuses, BadParameter for what was written wrong."""
    given = {name: str(value) for name, value in parameters.items() if value is not None}
    headers = {"accept": accept, **_OWNER}
    return _checked(*asyncio.run(_exchange(parley, "GET", path, urlencode(given), headers, b"")))


def tell(parley: Parley, path: str, content: Mapping[str, object]) -> Answer:
    """POST a JSON object; RefusedError where it is refused."""
    body = written({name: value for name, value in content.items() if value is not None})
    headers = {"content-type": "application/json", "content-length": str(len(body)), **_OWNER}
    return _checked(*asyncio.run(_exchange(parley, "POST", path, "", headers, body)))


async def _exchange(
    parley: Parley, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, bytes]:
    """One request to the ASGI application, and its status and body."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "server": ("localhost", 80),
        "client": None,
        "root_path": "",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    status, found = 0, bytearray()
    # What fails is said once, by the refusal: the server's log has no place on this terminal.
    logging.getLogger("parley").addHandler(logging.NullHandler())

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, found
        status = message.get("status", status)
        found += message.get("body", b"")

    await create_app(parley, identify=lambda _: parley.owner)(scope, receive, send)
    return status, bytes(found)


def _checked(status: int, body: bytes) -> Answer:
    if status < HTTPStatus.BAD_REQUEST:
        return Answer(body)
    problem = json.loads(body)
    faults = problem.get("errors", [])
    for fault in faults:
        name = fault["pointer"].removeprefix(_OPTION)
        if name != fault["pointer"] and name not in _OF_THE_RECORD:
            raise typer.BadParameter(fault["detail"], param_hint=f"--{name.replace('_', '-')}")
    raise RefusedError("; ".join(_said(fault) for fault in faults) or problem["detail"])


def _said(fault: Mapping[str, str]) -> str:
    """A fault of the body with its place in it; where else a fault lies goes without saying."""
    elsewhere = fault["pointer"].startswith(("/query/", "/path/", "/header/"))
    return fault["detail"] if elsewhere else f"{fault['pointer']}: {fault['detail']}"


def print_answer(answer: Answer) -> None:
    """Print the body, byte for byte, and end its line."""
    typer.echo(answer.body, nl=not answer.body.endswith(b"\n"))
