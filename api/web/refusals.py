"""Turns a refusal to a browser into a page, whether a route, a middleware or an unknown address refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.exchange.in_process import is_in_process
from api.http.problems import MEDIA_TYPE
from api.web.drawing import POLICY, render
from api.web.visit import Visit
from api.web.words.dates import instant_in_words
from domain.streams.negotiation import SLUG

_PAGES: Final = ("/n/", "/sign-")
_PROGRAMS: Final = "/v1/"
_NEEDED: Final = re.compile(r"the scope ([a-z]+(?::[a-z]+)?)")
_QUERY: Final = "/query/"
_READING: Final = frozenset({"GET", "HEAD"})
_SIGNING: Final = frozenset({401, 403, 404})
"""The statuses of refusals of which somebody may be spared who is signed in."""
_HEADINGS: Final = {
    "outcome-unknown": "It is not known whether this was saved",
    "erased": "This fact was erased",
    "withdrawn": "This fact was withdrawn",
    "forbidden": "Your key does not allow this",
    "unauthenticated": "Sign in to see this",
    "content": "Something in the form cannot be accepted",
}
"""Headings for people, where the title of a problem is for programs."""
_ON_PAGES: Final = {
    "outcome-unknown": (
        "The connection to the database broke off while this was being saved.",
        "Reload this page, and let your browser send the form again. If it was saved already, it is not saved twice.",
    ),
    "not-yet-known": (
        "Nothing was known of it by the day that you chose.",
        "Choose a later day; or go by the papers, if you went by our record.",
    ),
    "unauthenticated": ("Only people who are signed in with a key may see this.",),
    "form-token": (
        "It was written in a session that has ended, or it is damaged. Nothing was done.",
        "Open the form anew, and fill it in again.",
    ),
}
"""What a page says of a problem, where a program is told of parameters and headers."""
_LONGEST: Final = 2_000
"""A page of a refusal repeats an address in its links only if it has at most so many characters."""
_NO: Final = "no negotiation "
"""How the API begins to say that there is no such negotiation."""
_FACT: Final = "/path/fact"
_NO_FACT: Final = ("No fact on record has this address.",)
_NO_NEGOTIATION: Final = (
    "The address is wrong, or it is private and you are not one of its members."
)


@dataclass(frozen=True)
class _RefusalWords:
    """A refusal as a page says it: its heading, `lines` of text, and `ways` on, as texts and addresses.

    `parameters` of the address are wrong, with what to write; `errors` are elsewhere. `whole` is the page of the
    negotiation. Where the page `is_kept_open`, so that it can be reloaded, the ways lead to another tab.
    """

    heading: str
    lines: Sequence[str]
    parameters: Sequence[tuple[str, str]]
    errors: Sequence[Mapping[str, str]]
    whole: str | None
    ways: Sequence[tuple[str, str]]
    is_kept_open: bool


class RefusalPages:
    """The outermost ASGI middleware: if a browser gets a problem as its answer, it gets a page that says the same."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and draw its answer if it is a problem."""
        if not _is_for_people(scope):
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        begun: Message | None = None
        body = b""

        async def draw(message: Message) -> None:
            nonlocal begun, body
            if message["type"] == "http.response.start" and _is_problem(message):
                begun = message
            elif begun is None or message["type"] != "http.response.body":
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    page = _page(Visit(Request(scope)), body) if body else b""
                    await send(_head(begun, page))
                    await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, draw)


def _is_for_people(scope: Scope) -> bool:
    """Whether a browser asks, or anybody asks for a page."""
    if scope["type"] != "http" or is_in_process(scope) or scope["path"].startswith(_PROGRAMS):
        return False
    return scope["path"].startswith(_PAGES) or "text/html" in Headers(scope=scope).get("accept", "")


def _is_problem(start: Message) -> bool:
    return Headers(raw=start.get("headers", [])).get("content-type", "").startswith(MEDIA_TYPE)


def _page(visit: Visit, body: bytes) -> bytes:
    problem = json.loads(body)
    told = _tell(visit, problem, problem["type"].rpartition(":")[2])
    return render("problem", page=visit, problem=problem, told=told, listed=False).encode()


def _tell(visit: Visit, problem: Mapping[str, Any], name: str) -> _RefusalWords:
    errors = problem["errors"]
    of_address = [error for error in errors if error["pointer"].startswith(_QUERY)]
    is_of_address = name == "content" and len(of_address) == len(errors) > 0
    heading = _HEADINGS.get(name, problem["title"])
    nowhere = name == "unknown" and any(error["pointer"] == "/path/negotiation" for error in errors)
    whole = None if nowhere else _find_negotiation_page(visit.request.scope["path"])
    lines = [] if is_of_address else [*_lines(visit, problem, name)]
    return _RefusalWords(
        heading="A part of this address cannot be read" if is_of_address else heading,
        lines=[_name_negotiation(problem), _NO_NEGOTIATION] if nowhere else lines,
        parameters=_parameters(of_address) if is_of_address else (),
        errors=() if is_of_address or nowhere or name in _ON_PAGES else _others(problem),
        whole=whole,
        ways=[*_ways(visit, problem, name, whole)],
        is_kept_open=name == "outcome-unknown",
    )


def _name_negotiation(problem: Mapping[str, Any]) -> str:
    """Say which negotiation there is not."""
    return f"This server shows no negotiation “{problem['detail'].removeprefix(_NO)}”."


def _lines(visit: Visit, problem: Mapping[str, Any], name: str) -> Sequence[str]:
    needed = _NEEDED.search(problem["detail"])
    why = problem.get("why")
    if name == "forbidden" and needed and visit.reader:
        person, scopes = visit.reader.person, ", ".join(sorted(visit.reader.scopes))
        return (
            f"This needs a key with the scope {needed[1]}. You are signed in as {person}, and your key has {scopes}.",
            "Ask the people who run this server for such a key.",
        )
    if name == "erased":
        when = f" on {instant_in_words(at)}" if (at := problem.get("erased_at")) else ""
        entry = f" Entry {at} of the log says so." if (at := problem.get("position")) else ""
        what = f"What it said was destroyed{when}, on the pages of every earlier day too.{entry}"
        return (f"{what} Nobody can restore it.", *([f"The reason: {why}"] if why else []))
    if name == "withdrawn":
        withdrawn = "An editor withdrew it, so it stands on no page of present knowledge."
        return (withdrawn, *([f"The reason: {why}"] if why else []))
    if name == "unknown" and any(error["pointer"] == _FACT for error in problem["errors"]):
        return _NO_FACT
    return _ON_PAGES.get(name) or (problem["detail"],)


def _parameters(errors: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(error["pointer"].removeprefix(_QUERY), error["detail"]) for error in errors]


def _others(problem: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """The errors that the detail of a problem does not say already."""
    return [error for error in problem["errors"] if error["detail"] not in problem["detail"]]


def _ways(
    visit: Visit, problem: Mapping[str, Any], name: str, whole: str | None
) -> Iterator[tuple[str, str]]:
    """What one can do next: texts, each with its address."""
    scope = visit.request.scope
    path = _shorten(quote(scope["path"]), "/")
    is_form = scope["method"] not in _READING and not path.startswith("/sign-")
    if name == "outcome-unknown":
        yield "See first, in another tab, what is on record", f"{whole}/timeline" if whole else "/"
    elif is_form:
        yield "Back to the form", path
    if name == "withdrawn" and whole and (history := f"{whole}/facts/{problem['fact']}") != path:
        yield "Its history: what it said, and who withdrew it", history
    if name == "content" and scope["method"] in _READING:
        yield "This page without what follows the question mark", path
    if name in {"erased", "unknown"} and whole:
        yield "The timeline: what is on record", f"{whole}/timeline"
    if name == "forbidden" or (problem["status"] in _SIGNING and not visit.reader):
        here = (
            path
            if is_form or not scope["query_string"]
            else _shorten(f"{path}?{scope['query_string'].decode()}", path)
        )
        yield (
            "Sign in with another key" if visit.reader else "Sign in with a key",
            f"/sign-in?{urlencode({'to': here})}",
        )


def _shorten(address: str, instead: str) -> str:
    """The address, or `instead` if it is longer than the address of any page of a record."""
    return address if len(address) <= _LONGEST else instead


def _find_negotiation_page(path: str) -> str | None:
    """The page of the negotiation to which a page belongs, from its path; None for any other page."""
    _, pages, slug = [*path.split("/"), "", ""][:3]
    return f"/n/{slug}" if pages == "n" and SLUG.fullmatch(slug) else None


def _head(start: Message, page: bytes) -> Message:
    """The head of a problem as that of a page; an answer to HEAD has no body, and no length is said."""
    head = {**start, "headers": list(start.get("headers", []))}
    headers = MutableHeaders(scope=head)
    headers["Content-Type"] = "text/html; charset=utf-8"
    headers["Content-Security-Policy"] = POLICY
    del headers["Content-Length"]
    if page:
        headers["Content-Length"] = f"{len(page)}"
    return head
