"""The command line asks the API within its own process, so that it prints what the API answers."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Self
from urllib.parse import parse_qsl, quote, urlencode

import typer
from typer.core import TyperArgument

from api.cli.session import UNKNOWN_OUTCOME, CommandRefusedError
from api.cli.text import print_json, visible_line
from api.commands.json_text import write_json
from api.composition import Parley
from api.http.app import create_app
from api.http.exchange.in_process import Reply, exchange
from domain.access import Principal
from domain.errors import ContentError, Fault
from domain.views.sections import MORE

_OPTION: Final = "/query/"
_OWNER: Final = {"authorization": "Bearer owner"}
"""A person who has the database needs no key to it."""
_CSV: Final = "text/csv"
_ONWARD: Final = re.compile(r'cursor=([A-Za-z0-9_-]+)>; rel="next"')
_LARGEST_PAGE: Final = 1_000
_OF_THE_RECORD: Final = frozenset({"position", "cursor"})
"""Parameters that only the record can find wrong: the command itself was well written."""
_UNKNOWN: Final = "urn:parley:problem:outcome-unknown"
"""The type of a problem whose own advice names a header field, which a command does not have."""

_OF_THE_SERVER: Final = frozenset(
    f"urn:parley:problem:{name}" for name in ("unavailable", "seal-key")
)
"""The types of problems whose cause the server logs, and does not tell the client."""

_GIVEN_BY: Final = {
    "name": "NAME",
    "person": "PERSON",
    "parties": "--party",
    "members": "--member",
    "approvers": "--approver",
    "scopes": "--scope",
}
"""{field of a body: the argument or option that gives it}, for fields whose option has another name."""
_SILENT: Final = logging.NullHandler()


class PreconditionError(CommandRefusedError):
    """The thing to be changed is no longer what it was."""


class WrongParameterError(typer.BadParameter):
    """A parameter of the API is wrong; the message names the command's argument or option that gives it."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self._name = name

    def format_message(self) -> str:
        """The message, with the name that the command's help gives the argument or option."""
        given_by = () if self.ctx is None else self.ctx.command.params
        same = (each for each in given_by if (each.name or "").rstrip("_") == self._name)
        argument = next((each for each in same if isinstance(each, TyperArgument)), None)
        self.param_hint = _option(self._name) if argument is None else argument.metavar
        return super().format_message()


def name_option(pointer: str) -> str:
    """The option or argument of a command that gives the field of a body to which a pointer leads."""
    field = [each for each in pointer.split("/") if not each.isdecimal()][-1]
    return _GIVEN_BY.get(field, _option(field)) if field else ""


@contextmanager
def name_by_options() -> Iterator[None]:
    """In a ContentError of the block, name each field by the option or argument that gives it."""
    try:
        yield
    except ContentError as error:
        named = (Fault(name_option(fault.pointer), fault.detail) for fault in error.faults)
        raise ContentError(*named, more=error.more) from error


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


class _Heard(logging.Handler):
    """Keeps the last message that a server would log (`told`), so that the command can print it."""

    told: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        self.told = record.getMessage()


@dataclass(frozen=True)
class ApiResponse:
    """A response of the API: its body, its ETag, and for a table the cursor of the next page."""

    body: bytes
    tag: str | None = None
    following: str | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Make a response from its content."""
        return cls(write_json(content))

    @property
    def content(self) -> dict[str, Any]:
        """The JSON object that the body holds."""
        content: dict[str, Any] = json.loads(self.body)
        return content


def ask(
    parley: Parley,
    path: str,
    parameters: Mapping[str, object],
    *,
    accept: str = "application/json",
    discloses: bool = False,
) -> ApiResponse:
    """GET; RefusedError where the record refuses, BadParameter where an option was written wrong.

    The answer holds confidential parts only with `discloses`.
    """
    query = {name: str(value) for name, value in parameters.items() if value is not None}
    target, headers = f"{quote(path)}?{urlencode(query)}", {"accept": accept, **_OWNER}
    return _check_reply(*_send(parley, "GET", target, headers, discloses=discloses))


def ask_whole(
    parley: Parley, path: str, parameters: Mapping[str, object], lists: Iterable[str]
) -> ApiResponse:
    """Like `ask`, for an answer in pages: returns one answer that has all items of these lists."""
    first = answer = ask(parley, path, parameters)
    content, page = first.content, first.content
    while page["next"] is not None:
        answer = ask(parley, path, {"cursor": page["next"]})
        page = answer.content
        for name in lists:
            content[name] += page[name]
    return first if answer is first else ApiResponse.of({**content, "next": None})


def ask_table(parley: Parley, path: str, parameters: Mapping[str, object]) -> bytes:
    """Like `ask`, for a table in pages: returns the whole table as CSV."""
    page = ask(parley, path, parameters, accept=_CSV)
    parts = [page.body]
    while page.following is not None:
        page = ask(parley, path, {"cursor": page.following}, accept=_CSV)
        parts.append(page.body.partition(b"\r\n")[2])
    return b"".join(parts)


def complete_lists(parley: Parley, part: Any) -> Any:  # noqa: ANN401 -- any JSON of a state
    """Complete the lists in a part of a state: ask for their further items, page by page."""
    if isinstance(part, list):
        return [complete_lists(parley, item) for item in part]
    if not isinstance(part, dict):
        return part
    whole = {
        name: complete_lists(parley, item) for name, item in part.items() if not name.endswith(MORE)
    }
    for name in [name for name in whole if name + MORE in part]:
        path, _, query = part[name + MORE]["href"].partition("?")
        cursor: str | None = dict(parse_qsl(query))["cursor"]
        while cursor is not None:
            page = ask(parley, path, {"cursor": cursor, "limit": _LARGEST_PAGE}).content
            whole[name] += complete_lists(parley, page["items"])
            cursor = page["next"]
    return whole


def reply_to(parley: Parley, question: str, principal: Principal) -> Reply:
    """What a GET of a path and query answers to a principal, refused or not."""
    accepted = {"accept": "application/json", **_OWNER}
    return _send(parley, "GET", question, accepted, as_=principal)[0]


def tell(
    parley: Parley,
    path: str,
    content: Mapping[str, object],
    *,
    headers: Mapping[str, str] | None = None,
    dry_run: bool = False,
    option_of: Callable[[str], str | None] = name_option,
) -> ApiResponse:
    """POST a JSON object; RefusedError where it is refused, MovedOnError where an If-Match in `headers` fails.

    `option_of` gives the name of the option that a pointer into the object leads to.
    """
    body = write_json({name: value for name, value in content.items() if value is not None})
    sent = {"content-type": "application/json", "content-length": str(len(body)), **_OWNER}
    target = quote(path) + ("?dry_run=true" if dry_run else "")
    reply, heard = _send(parley, "POST", target, {**sent, **(headers or {})}, body)
    return _check_reply(reply, heard, option_of)


def _send(
    parley: Parley,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    *,
    as_: Principal | None = None,
    discloses: bool = False,
) -> tuple[Reply, str | None]:
    """The reply, and the cause of a failure as a server would log it."""
    # What fails is said once, by the refusal: the server's log has no place on this terminal.
    logger, heard = logging.getLogger("parley"), _Heard()
    logger.addHandler(_SILENT)
    logger.addHandler(heard)
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    app = create_app(parley, identify=lambda *_: as_ or parley.owner)
    try:
        reply = asyncio.run(exchange(app, method, target, encoded, body, discloses=discloses))
    finally:
        logger.removeHandler(heard)
    return reply, heard.told


def _check_reply(
    reply: Reply, heard: str | None, option_of: Callable[[str], str | None] = name_option
) -> ApiResponse:
    if reply.status < HTTPStatus.BAD_REQUEST:
        onward = _ONWARD.search(reply.headers.get("link", ""))
        return ApiResponse(reply.body, reply.headers.get("etag"), onward and onward[1])
    problem = json.loads(reply.body)
    if heard is not None and problem["type"] in _OF_THE_SERVER:
        raise CommandRefusedError(" ".join(heard.split()))
    if heard is not None and problem["type"] == _UNKNOWN:
        raise CommandRefusedError(f"{' '.join(heard.split())}; {UNKNOWN_OUTCOME}")
    faults = problem.get("errors", [])
    for fault in faults:
        name = fault["pointer"].removeprefix(_OPTION)
        if name != fault["pointer"] and name not in _OF_THE_RECORD:
            raise WrongParameterError(visible_line(fault["detail"]), name)
        if name == "cursor":
            raise CommandRefusedError(f"{_option(name)}: {fault['detail']}")
    moved_on = reply.status == HTTPStatus.PRECONDITION_FAILED
    refused = PreconditionError if moved_on else CommandRefusedError
    described = "; ".join(_describe_fault(fault, option_of) for fault in faults)
    message = described or problem["detail"]
    raise refused(message)


def _describe_fault(fault: Mapping[str, str], option_of: Callable[[str], str | None]) -> str:
    """A fault, with its option or its place where it lies in the body."""
    pointer, detail = fault["pointer"], fault["detail"]
    if pointer.startswith(("/query/", "/path/", "/header/")):
        return detail
    return describe_place(pointer, detail, option_of(pointer))


def describe_place(pointer: str, detail: str, option: str | None) -> str:
    """A fault in the body, named by its option or argument, or by its place if it has none."""
    return Fault(pointer if option is None else option, detail).text


def print_answer(answer: ApiResponse) -> None:
    """Print the body, with what would act on a terminal escaped, and end its line."""
    print_json(answer.body)
