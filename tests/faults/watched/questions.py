"""All questions to a record: every GET of the OpenAPI document, by every reader, from many perspectives.

The questions are made from the document: a new address with known parameters is asked automatically, and one with
other parameters fails with what to add. Each request that was sent under an idempotency key is sent again, too.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from api.http.exchange.in_process import Reply, exchange
from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from domain.time.instant import format_instant
from tests.faults.watched.kept_record import BEGUN, DAY, EMPTY, PRIVATE, PUBLIC, KeptRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fastapi import FastAPI

Query = dict[str, str]

_AT: Final = format_instant(BEGUN + DAY)
PERSPECTIVES: Final[tuple[Query, ...]] = (
    {},
    {"as_known_at": "2025-11-08", "clock": "published", "match": "certain"},
    {"as_known_at": _AT},
    {"position": "150", "wait": "1", "as_of": "2025-09-10"},
    {"as_of": "2025-06-30", "match": "certain"},
    {"as_known_at": "2025-06-22", "clock": "published"},
    {"as_known_at": "2025-11", "clock": "published", "position": "260"},
)
EXTRAS: Final[dict[str, tuple[Query, ...]]] = {
    "readTimeline": (
        {"limit": "1000", "include": "retracted,ahead"},
        {"kind": "release"},
        {"kind": "custody", "limit": "20"},
        {"person": "Ihar Losik"},
        {"place": "Minsk"},
        {"matter": "sep11-count"},
        {"from": "2025-09", "to": "2025-10-15"},
        {"q": "envoy", "translit": "false"},
        {"batch": "first", "bom": "true"},
        *(
            {"q": q}
            for q in ("envoy", '"political prisoners"', "rel*", "minsk lukashenko", "no. 5")
        ),
    ),
    "readAudit": (
        {"limit": "1000", "bom": "true"},
        {"limit": "20", "order": "newest"},
        {"person": "Ihar Losik"},
        {"person": "John Coale", "limit": "1"},
        {},
    ),
    "readNegotiationHistory": ({"limit": "1000"}, {"limit": "1"}),
    "readHistory": ({"limit": "1000"}, {"limit": "2"}),
    "readPeople": (
        {"status": "held", "limit": "1000"},
        {"q": "a", "bom": "true"},
        {"limit": "3"},
        {"person": "a"},
    ),
    "exportLines": ({"history": "true"}, {"bom": "true"}, {}),
    "readSection": ({"limit": "1"}, {"limit": "1000"}),
    "readTally": (
        {"limit": "100", "what": "released"},
        {"what": "held", "by": "year", "bom": "true"},
        {"what": "released", "from": "2025-09", "to": "2025-10-15", "per": "population"},
        {"count": "facts", "kind": "custody", "by": "day"},
        {"what": "released", "parts": "true", "words": "true"},
    ),
    "readMoments": (
        {"axis": "valid", "limit": "1000"},
        {"axis": "recorded", "by": "day"},
        {"axis": "published", "by": "month", "limit": "3"},
        {"axis": "valid", "by": "auto", "limit": "5"},
    ),
    "drawSvg": ({"theme": "dark"}, {"what": "held"}, {"width": "both"}),
    "drawPng": ({"theme": "light"}, {"what": "released"}, {"width": "narrow"}),
    "readSpec": ({"theme": "dark"}, {"what": "held"}, {"width": "narrow"}),
    "readDiff": (
        {"limit": "1000", "from": _AT},
        {"from": "2025-06-22", "to": "2025-11", "bom": "true"},
        {"from": "2025-06-22", "kinds": "true"},
    ),
    "listNegotiations": ({"limit": "1"}, {}, {"latest": "true"}),
    "listSnapshots": ({"limit": "1"}, {}),
    "search": ({"q": "envoy"}, {"q": "rel*", "limit": "20"}, {"q": "minsk", "translit": "false"}),
    "readChanges": ({"limit": "1000"}, {"after": "200"}, {"batch": "first"}),
    "listChangeRequests": (
        {"limit": "1000"},
        {"status": "open", "limit": "1"},
        {"status": "withdrawn", "fact": str(fact_id(negotiation_id(PRIVATE), f"{PRIVATE}-0"))},
    ),
}
OF_ONE: Final = "/v1/facts/"
"""There are too many single facts to ask for each from every perspective; the lists show them from all of them."""
EDITOR: Final = "editor"
NOWHERE: Final = "no-talks"
_CURSOR: Final = "cursor"
_NEXT: Final = re.compile(rb'"next":"([A-Za-z0-9_-]+)"')
"""The cursor of the next page, which is asked for with its page."""


@dataclass(frozen=True)
class Question:
    """The reader, the address and the media type of a request."""

    reader: str
    target: str
    accept: str = "application/json"
    again: int | None = None
    """The number of a request that is sent again; None for a GET."""

    @property
    def of_all(self) -> bool:
        """Whether it is a list or a state, asked for by the editor, who sees everything."""
        single = self.again is not None or self.target.startswith(OF_ONE)
        return self.reader == EDITOR and not single


Answers = dict[Question, Reply]


def questions(app: FastAPI, record: KeptRecord, size: int) -> list[Question]:
    """All questions to a record with so many events."""
    found: list[Question] = []
    for path, methods in app.openapi()["paths"].items():
        if "get" in methods:
            found += _list_questions(path, methods["get"], record, size)
    again = [Question(EDITOR, each.path, again=at) for at, each in enumerate(record.answered)]
    return found + again


def _list_questions(
    path: str, described: dict[str, Any], record: KeptRecord, size: int
) -> Iterator[Question]:
    """All questions of the editor, and enough of the others to check what they are shown."""
    declared = {
        parameter["name"]
        for parameter in described.get("parameters", ())
        if parameter["in"] == "query"
    }
    queries = _queries(described["operationId"], declared)
    media = list(described["responses"]["200"].get("content", {"application/json": None}))
    for target in _addresses(path, record, size):
        one = target.startswith(OF_ONE)
        once = one or NOWHERE in target or EMPTY in target or "{name}" in path
        for reader in [EDITOR] if one else [*record.keys, "anybody"]:
            few = 1 if once or reader == "gone" else 2
            some = queries if reader == EDITOR and not once else queries[:few]
            for query, accept in product(some, media if reader == EDITOR else media[:1]):
                yield Question(reader, f"{target}?{urlencode(query)}" if query else target, accept)


def _queries(operation: str, declared: set[str]) -> list[Query]:
    """The first set of parameters at each perspective, and the others at the latest one and a past one."""
    first, *others = EXTRAS.get(operation, ({},))
    chosen = [{**perspective, **first} for perspective in PERSPECTIVES]
    chosen[1:1] = [{**PERSPECTIVES[at], **other} for other in others for at in (0, 1)]
    found = [{name: text for name, text in each.items() if name in declared} for each in chosen]
    asked = {name for query in found for name in query} | {_CURSOR}
    if missing := declared - asked:
        raise AssertionError(
            f"{operation} takes {sorted(missing)}, which nothing asks for: add it to EXTRAS of {__name__}"
        )
    return [each for at, each in enumerate(found) if each not in found[:at]]


def _addresses(path: str, record: KeptRecord, size: int) -> list[str]:
    """The addresses of a path, with all values of its parts."""
    known: dict[str, list[str]] = {
        "/tile/{level}/{index}": ["0/000", f"0/001.p/{size - 256}", "1/000.p/1"],
        "/tile/entries/{index}": ["000", f"001.p/{size - 256}"],
    }
    named = {
        "slug": [PUBLIC, PRIVATE, EMPTY, NOWHERE],
        "fact_id": [id_ for ids in record.facts.values() for id_ in ids],
        "name": record.snapshots,
        "change_request_id": record.change_requests,
        "chart": ["releases", "known", "posts", "measures"],
        "section": ["posts", "custody", "prisoners.held", "statements"],
    }
    if path in known:
        start = path[: path.index("{")]
        return [f"{start}{each}" for each in known[path]]
    names = re.findall(r"{(\w+)}", path)
    if unknown := set(names) - set(named):
        raise AssertionError(
            f"nothing says what {sorted(unknown)} of {path} may be: add it to _addresses of {__name__}"
        )
    return [
        path.format(**dict(zip(names, chosen, strict=True)))
        for chosen in product(*(named[name] for name in names))
    ]


def read_answers(app: FastAPI, record: KeptRecord, questions: Iterable[Question]) -> Answers:
    """{question: its response's status, headers and body}."""
    return asyncio.run(_answers(app, record, questions))


async def _answers(app: FastAPI, record: KeptRecord, asked: Iterable[Question]) -> Answers:
    return {each: await _answer(app, record, each) for each in asked}


async def _answer(app: FastAPI, record: KeptRecord, question: Question) -> Reply:
    """The response; an error of the server is a response, too."""
    try:
        return await _request_answer(app, record, question)
    except Exception as error:  # noqa: BLE001 -- what stumbles over what is stored may raise anything
        return Reply(500, body=repr(error).encode())


async def _request_answer(app: FastAPI, record: KeptRecord, question: Question) -> Reply:
    if question.again is not None:
        sent = record.answered[question.again]
        headers = [(name.lower().encode(), text.encode()) for name, text in sent.headers.items()]
        return await exchange(app, "POST", sent.path, headers, sent.body)
    headers = [(b"accept", question.accept.encode())]
    key = record.keys.get(question.reader)
    if key is not None:
        headers.append((b"authorization", f"Bearer {key}".encode()))
    reply = await exchange(app, "GET", question.target, headers)
    page = reply
    while (rest := _NEXT.search(page.body)) is not None:
        address = f"{question.target.partition('?')[0]}?cursor={rest[1].decode()}"
        page = await exchange(app, "GET", address, headers)
        reply.body += page.body
    return reply


def list_differing(one: Answers, other: Answers) -> list[Question]:
    """The questions whose responses differ."""
    return [each for each, reply in other.items() if reply != one[each]]
