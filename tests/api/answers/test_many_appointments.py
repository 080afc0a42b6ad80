"""Thousands of appointments over two centuries: a post is contested only if sources disagree on who holds it.

They are written as lists of diplomats write them: with an end, with an unknown end, as a single date, as still
running, by years alone, and for the first holder with only an end. The expected holders are computed by days alone.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from tests.api.asking import TALKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.api.asking import Client


DAY: Final = date(2015, 3, 1)
POSTS: Final = 183
APPOINTMENTS: Final = 5_540
NEVER: Final = date.min
"""The start of a term whose source gives only its end."""


@dataclass(frozen=True)
class Term:
    """One appointment; `end` is None if it still runs or its end is not known.

    An `open` term has no end; otherwise a side without a day is unknown. `by` is the precision of its days.
    """

    post: str
    person: str
    start: date
    end: date | None
    open: bool = False
    lone: bool = False
    by: str = "%Y-%m-%d"

    @property
    def edtf(self) -> str:
        """The term in EDTF."""
        unsaid = ".." if self.open else ""
        start = unsaid if self.start == NEVER else self.start.strftime(self.by)
        if self.lone:
            return start
        return f"{start}/{self.end.strftime(self.by) if self.end else unsaid}"

    def surely(self, others: Iterable[Term]) -> tuple[date, date] | None:
        """The first and the last day on which the holder surely held the post by the sources; None if no day is sure.

        A term with a single date lasts until another term begins. If the start or the end is not known, no day is sure.
        """
        if self.lone:
            later = (other.start for other in others if self.start < other.start <= DAY)
            return None if any(later) else (self.start, date.max)
        if not self.open and (self.end is None or self.start == NEVER):
            return None
        return self.start, self.end or date.max

    def surely_holds(self, others: Iterable[Term]) -> bool:
        """Whether the holder was surely in office on the day."""
        span = self.surely(others)
        return span is not None and span[0] <= DAY <= span[1]

    def may_hold(self, day: date) -> bool:
        """Whether the holder may be in office on a day, if nobody has followed."""
        return self.start <= day <= (self.end or date.max)


def terms() -> Iterator[Term]:
    """Terms of successive holders of each post.

    Every fifth post has a second holder, whom other sources name. Every seventh is so young that one of its first two
    holders is in office on the day; of the first, only the end is known.
    """
    drawn, left = Random(5_540), APPOINTMENTS
    for number in range(POSTS):
        post = f"Ambassador to Country {number:03}"
        rivals, young = number % 5 == 0, number % 7 == 1
        many = 3 if young else left // (POSTS - number) - rivals
        starts = _starts(drawn, many, since=date(2009, 1, 1) if young else date(1800, 1, 1))
        left -= many + rivals
        for at, (start, end) in enumerate(zip(starts, [*starts[1:], None], strict=True)):
            person = f"Holder {number}-{at}"
            if young and at == 0 and end is not None:
                yield Term(post, person, NEVER, end, open=drawn.random() < 0.5)
            else:
                yield _term(post, person, start, end, drawn)
        if rivals:
            yield Term(post, f"Rival of {number}", date(2014, 1, 1), date(2016, 1, 1))


def _starts(drawn: Random, many: int, since: date) -> list[date]:
    days = (date(2020, 1, 1) - since).days
    return sorted(since + timedelta(drawn.randrange(days)) for _ in range(many))


def _term(post: str, person: str, start: date, end: date | None, drawn: Random) -> Term:
    if end is None:
        return Term(post, person, start, None, open=drawn.random() < 0.5)
    if end.year < DAY.year - 1 and drawn.random() < 0.1:
        return Term(post, person, start, end, by="%Y")
    gap = timedelta(drawn.choice((0, 0, 1, 40)))
    form = drawn.choice(("ended", "ended", "unknown", "lone"))
    ended = max(start, end - gap) if form == "ended" else None
    return Term(post, person, start, ended, lone=form == "lone")


def find_contested_posts(terms: list[Term]) -> set[str]:
    """The posts that two people surely held on the day, with an overlap of more than one day."""
    posts = set()
    for post, terms_of in _group_by_post(terms).items():
        spans = {
            each.person: each.surely(terms_of) for each in terms_of if each.surely_holds(terms_of)
        }
        both = itertools.combinations(filter(None, spans.values()), 2)
        if any(
            (min(end, last) - max(start, begin)).days > 0 for (start, end), (begin, last) in both
        ):
            posts.add(post)
    return posts


def _group_by_post(terms: Iterable[Term]) -> dict[str, list[Term]]:
    by_post: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        by_post[term.post].append(term)
    return by_post


def test_a_post_is_contested_only_where_two_surely_hold_it(client: Client) -> None:
    told = list(terms())
    assert (len(told), len({term.post for term in told})) == (APPOINTMENTS, POSTS)
    shapes = {"".join("x" if each.isdigit() else each for each in term.edtf) for term in told}
    day = "xxxx-xx-xx"
    either = {f"{day}/{day}", f"{day}/", f"{day}/..", f"/{day}", f"../{day}", day, "xxxx/xxxx"}
    assert shapes == either
    client.open()
    sent = "\n".join(json.dumps(_line(term)) for term in told).encode()
    report = client.post(f"{TALKS}/import", sent, content_type="application/x-ndjson").json
    assert (report["recorded"], report["rejected"]) == (APPOINTMENTS, [])
    posts = _posts(client)
    assert len(posts) == POSTS
    expected = find_contested_posts(told)
    assert {entry["post"] for entry in posts if entry["contested"]} == expected
    assert 10 < len(expected) < POSTS // 5
    shown = {entry["post"]: entry["holder"] for entry in posts if not entry["contested"]}
    of_post = _group_by_post(told)
    assert shown == {post: _holder(of_post[post]) for post in shown}


def _posts(client: Client) -> list[dict[str, Any]]:
    state = client.get(f"{TALKS}?as_of={DAY}").json
    listed: list[dict[str, Any]] = state["posts"]
    page = client.get(f"{TALKS}/state/posts?as_of={DAY}").json
    assert page["items"] == listed
    while page["next"] is not None:
        page = client.get(f"{TALKS}/state/posts?cursor={page['next']}").json
        listed += page["items"]
    return listed


def _holder(of_post: list[Term]) -> str | None:
    """The person who was last to begin and may still hold the post; None if nobody may."""
    begun = [each for each in of_post if each.start <= DAY]
    sure = [each for each in begun if each.surely_holds(of_post)]
    last = max(sure or begun, key=lambda each: each.start, default=None)
    return last.person if last is not None and last.may_hold(DAY) else None


def _line(term: Term) -> dict[str, Any]:
    cited = {"publisher": "A list of diplomats", "published": "2020-01-01"}
    said = {"summary": f"{term.person}, {term.post}", "citations": [cited]}
    return {
        "kind": "appointment",
        "person": term.person,
        "post": term.post,
        "valid": term.edtf,
        **said,
    }
