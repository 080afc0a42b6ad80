"""The advice in each refusal works: the tests follow it for every operation in every status of a fact."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from tests.api.asking import TALKS, Client, fact
from tests.api.desk import CITED, WHY, Desk, HeldClock
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.api.asking import Answer
    from tests.databases import Kind

CUSTODY: Final = fact(kind="custody", person="Ales Bialiatski", status="detained", place="Minsk")
RELEASE: Final = fact(places=["Lithuania"])
OTHERWISE: Final = {"summary": "Said otherwise", "places": ["Poland"]}
CORRECTED: Final = {"reason": "refinement", **WHY}
BODIES: Final[dict[str, dict[str, Any]]] = {
    "correct": {**CORRECTED, "changes": OTHERWISE},
    "corroborate": CITED,
    "end": {"ended": "2025-09-13"},
    "retract": {"reason": "coding_error", **WHY},
    "reinstate": WHY,
    "prefer": {"preferred": True, **WHY},
}
PLACES: Final = {
    "correct": "corrections", "corroborate": "corroborations", "end": "end", "retract": "retraction",
    "reinstate": "reinstatement", "prefer": "preference",
}  # fmt: skip
EARLIER: Final = {
    **BODIES,
    "correct": {**CORRECTED, "changes": {"note": "Earlier"}},
    "end": {"ended": "2025-09-12"},
}
STATUSES: Final[dict[str, tuple[str, ...]]] = {
    "recorded": (),
    "corrected": ("correct",),
    "ended": ("end",),
    "retracted": ("retract",),
    "erased": ("erase",),
    "waiting for review": ("propose correct",),
    "retracted, waiting for review": ("retract", "propose reinstate"),
}
WITHOUT: Final = re.compile(
    "was erased|is retracted already|only a retracted fact can be reinstated, and this fact is not retracted"
    "|and cannot end$"
)
"""The refusals that have no advice to give."""
CASES: Final = [(CUSTODY, op) for op in ("record", *BODIES)] + [(RELEASE, "end")]


@pytest.fixture
def desk(fresh_database: Callable[[Kind], str]) -> Iterator[Desk]:
    """A desk on SQLite alone: advice is decided before the database is asked."""
    clock = HeldClock()
    parley = compose(settings_of(fresh_database("sqlite-file")), clock=clock, upgrade=False)
    with TestClient(create_app(parley), raise_server_exceptions=False) as http:
        desk = Desk(parley, Client(http), clock)
        desk.open()
        yield desk
    parley.close()


@dataclass
class Case:
    """A fact at a desk in a status, and an operation on it."""

    desk: Desk
    content: dict[str, Any]
    op: str
    name: str
    address: str = ""

    def begin(self, steps: tuple[str, ...], *, reviewed: bool) -> None:
        self.review(False)
        self.address = self.desk.fact(**self.content, external_id=self.name)
        for step in steps:
            if step == "erase":
                erasure = {"reason": "A court's order"}
                asked = self.desk.post(f"{self.address}/erasure", erasure, if_match="*")
                assert self.desk.decide(asked).status == 200
            elif step.startswith("propose "):
                self.review(True)
                assert self.send(step.removeprefix("propose "), EARLIER).status == 202
                self.review(False)
            elif (self.content, step) != (RELEASE, "end"):
                assert self.send(step, EARLIER).status == 200
        self.review(reviewed)

    def review(self, asked: bool) -> None:
        """Set whether changes need two people, unless it is set so already."""
        if self.desk.reviewed != asked:
            self.desk.review(asked)

    def send(self, op: str, bodies: dict[str, Any] = BODIES, **changed: Any) -> Answer:  # noqa: ANN401
        body = {**bodies[op], **changed}
        return self.desk.post(f"{self.address}/{PLACES[op]}", body, if_match="*")

    def find_refusal_of_line(self, op: str, **changed: Any) -> str | None:  # noqa: ANN401 -- a body's parts
        """The reason why a line was refused; None if it was accepted."""
        body = {**self.content, **OTHERWISE} if op == "record" else BODIES[op]
        line = json.dumps({"op": op, "external_id": self.name, **body, **changed}).encode()
        answer = self.desk.post(f"{TALKS}/import", line, content_type="application/x-ndjson")
        rejected = answer.json["rejected"]
        return str(rejected[0]["detail"]) if rejected else None

    def find_refusal(self) -> str | None:
        """The reason why an operation on an address was refused; None if it was accepted."""
        answer = self.send(self.op)
        return None if answer.status in {200, 202} else str(answer.json["detail"])

    def follow(self, refused: str, again: Callable[[], str | None]) -> None:
        """Do what a refusal advises, until nothing is refused."""
        changed: dict[str, Any] = {}
        if named := re.search(r"differs in ([a-z_, ]+?)(?: and is|;)", refused):
            line = {**self.content, **OTHERWISE}
            changed = {"changes": {name: line.get(name) for name in named[1].split(", ")}}
        id_ = self.address.rpartition("/")[2]
        if alone := re.findall(rf"([a-z]+) the fact {id_} without an import", refused):
            for op in alone:
                self.do(op, **(changed if op == "correct" else {}))
        elif ops := re.findall(r"\bop ([a-z]+)", refused):
            for op in ops:
                assert self.find_refusal_of_line(op, **(changed if op == "correct" else {})) is None
        elif "correct or retract it" in refused:
            self.do("correct")
            self.do("retract")
        elif "reinstate it first" in refused:
            self.do("reinstate")
            self.settle(again)
        else:
            assert WITHOUT.search(refused), refused

    def do(self, op: str, **changed: Any) -> None:  # noqa: ANN401 -- a body's parts
        """Do the operation, with a second person if it needs one."""
        answer = self.send(op, **changed)
        done = self.desk.decide(answer) if answer.status == 202 else answer
        assert done.status == 200, (op, done.json)

    def settle(self, ask: Callable[[], str | None]) -> str | None:
        refused = ask()
        if refused is not None:
            self.follow(refused, ask)
        return refused


@pytest.mark.cases(4)
@pytest.mark.parametrize("reviewed", [False, True])
@pytest.mark.parametrize("status", STATUSES)
def test_what_a_refused_line_is_advised_works(desk: Desk, status: str, reviewed: bool) -> None:
    refusals: list[str | None] = []
    for number, (content, op) in enumerate(CASES):
        case = Case(desk, content, op, f"fact {number}")
        case.begin(STATUSES[status], reviewed=reviewed)
        refusals.append(case.settle(partial(case.find_refusal_of_line, op)))
    assert any(refusals)


@pytest.mark.cases(4)
@pytest.mark.parametrize("status", STATUSES)
def test_what_a_refused_change_is_advised_works(desk: Desk, status: str) -> None:
    refusals: list[str | None] = []
    for number, (content, op) in enumerate(CASES[1:]):
        case = Case(desk, content, op, f"fact {number}")
        case.begin(STATUSES[status], reviewed=number % 2 > 0)
        refusals.append(case.settle(case.find_refusal))
    assert any(refusals)


def test_a_line_that_names_a_fact_by_half_is_told_how_it_is_named(desk: Desk) -> None:
    desk.review(False)
    address = desk.fact(external_id="named")
    sent = {**fact(summary="Otherwise"), "id": address.rpartition("/")[2]}
    case = Case(desk, fact(), "record", "unused", address)
    media = {"content_type": "application/x-ndjson"}
    refused = desk.post(f"{TALKS}/import", json.dumps(sent).encode(), **media).json["rejected"]
    named = re.search(r"the external_id '(.*)': write that", refused[0]["detail"])
    assert named
    sent["external_id"] = named[1]
    refused = desk.post(f"{TALKS}/import", json.dumps(sent).encode(), **media).json["rejected"]
    assert "differs in summary; to change it, use op correct" in refused[0]["detail"]
    case.name = named[1]
    assert case.find_refusal_of_line("correct", changes={"summary": "Otherwise"}) is None


def test_who_sends_no_version_is_told_how_to(desk: Desk) -> None:
    desk.review(False)
    address = desk.fact()
    for op in ("retract", "reinstate"):
        case = Case(desk, RELEASE, op, "", address)
        refused = desk.post(f"{address}/{PLACES[op]}", BODIES[op])
        assert (refused.status, "or * for any version" in refused.json["detail"]) == (428, True)
        assert case.send(op).status == 200
