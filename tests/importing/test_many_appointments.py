"""Thousands of appointments over two centuries: a post is contested only where sources disagree on who holds it.

They are written as lists of diplomats write them: with an end, with an unknown end, as a lone date, or as still so.
Who holds a post is counted here by the days alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

from api.commands.commands import FactParser
from api.commands.importing.importer import Importer
from domain.time.instant import parse_cut
from domain.time.perspective import PerspectiveQuery
from tests.examples import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.composition import Parley

pytestmark = pytest.mark.either_database

DAY: Final = date(2015, 3, 1)
POSTS: Final = 183
APPOINTMENTS: Final = 5_540


@dataclass(frozen=True)
class Term:
    """One appointment; `end` is None where it still runs or its end is not known, `open` tells which."""

    post: str
    person: str
    start: date
    end: date | None
    open: bool = False
    lone: bool = False

    @property
    def valid(self) -> str:
        """The term in EDTF."""
        if self.lone:
            return f"{self.start}"
        return f"{self.start}/{self.end or ('..' if self.open else '')}"

    @property
    def surely(self) -> tuple[date, date] | None:
        """The first and the last day on which the holder surely held the post, if its end says so."""
        if self.end is None and not self.open:
            return None
        return self.start, self.end or date.max


def terms() -> Iterator[Term]:
    """One holder after the other in each post; every fifth post has a second one, whom other sources name."""
    drawn, left = Random(5_540), APPOINTMENTS
    for number in range(POSTS):
        post = f"Ambassador to Country {number:03}"
        rivals = number % 5 == 0
        many = left // (POSTS - number) - rivals
        starts = sorted(date(1800, 1, 1) + timedelta(drawn.randrange(78_000)) for _ in range(many))
        left -= many + rivals
        for at, (start, end) in enumerate(zip(starts, [*starts[1:], None], strict=True)):
            yield _term(post, f"Holder {number}-{at}", start, end, drawn)
        if rivals:
            yield Term(post, f"Rival of {number}", date(2014, 1, 1), date(2016, 1, 1))


def _term(post: str, person: str, start: date, end: date | None, drawn: Random) -> Term:
    if end is None:
        return Term(post, person, start, None, open=drawn.random() < 0.5)
    gap = timedelta(drawn.choice((0, 0, 1, 40)))
    form = drawn.choice(("ended", "ended", "unknown", "lone"))
    ended = max(start, end - gap) if form == "ended" else None
    return Term(post, person, start, ended, lone=form == "lone")


def contested(told: list[Term]) -> set[str]:
    """The posts of which two people surely were in office on the day, for longer than a handover."""
    held: dict[str, list[Term]] = {}
    for term in told:
        if term.surely is not None and term.surely[0] <= DAY <= term.surely[1]:
            held.setdefault(term.post, []).append(term)
    return {
        post
        for post, found in held.items()
        for one in found
        for other in found
        if one.person != other.person and _days_together(one, other) > 1
    }


def _days_together(one: Term, other: Term) -> int:
    (start, end), (begin, last) = one.surely or (DAY, DAY), other.surely or (DAY, DAY)
    return (min(end, last) - max(start, begin)).days + 1


def test_a_post_is_contested_only_where_two_surely_hold_it(parley: Parley) -> None:
    told = list(terms())
    assert (len(told), len({term.post for term in told})) == (APPOINTMENTS, POSTS)
    parley.ledger.open_negotiation(
        slug="posts", title="Posts", parties=(), summary=None, actor="desk"
    )
    lines = [json.dumps(_line(term)).encode() for term in told]
    report = Importer(parley, FactParser()).run(
        slug="posts", lines=lines, media="ndjson", dry_run=False, partial=False, principal=OWNER
    )
    assert report.as_dict()["recorded"] == APPOINTMENTS
    with parley.reading(parley.owner) as reading:
        query = PerspectiveQuery(as_of=parse_cut("2015-03-01"))
        state = reading.state(reading.negotiation("posts"), reading.perspective(query))
    posts = state["posts"]
    assert len(posts) == POSTS
    expected = contested(told)
    assert {entry["post"] for entry in posts if entry["contested"]} == expected
    assert 10 < len(expected) < POSTS // 5
    shown = {entry["post"]: entry["holder"] for entry in posts if not entry["contested"]}
    assert shown == {post: _holder(told, post) for post in shown}


def _holder(told: list[Term], post: str) -> str | None:
    """Who was the last to begin and may still be there; of one whose end is known, until then."""
    begun = [each for each in told if each.post == post and each.start <= DAY]
    sure = [each for each in begun if each.surely and each.surely[0] <= DAY <= each.surely[1]]
    last = max(sure or begun, key=lambda each: each.start)
    return last.person if last in sure or last.end is None else None


def _line(term: Term) -> dict[str, Any]:
    cited = {"publisher": "A list of diplomats", "published": "2020-01-01"}
    said = {"summary": f"{term.person}, {term.post}", "citations": [cited]}
    return {
        "kind": "appointment",
        "person": term.person,
        "post": term.post,
        "valid": term.valid,
        **said,
    }
