"""Lists the gaps of a state: posts without a holder, numbers without an upper limit, beginnings without a date.

Open questions and refusals to answer are entries of the state already; these gaps are within its other entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from api.commands.number_words import quantity_in_words
from api.web.words.calendar_words import join_words
from api.web.words.custody import custody_in_words
from api.web.words.dates import since_in_words
from api.web.words.names import isolate
from api.web.words.quantities import TOTALS, count_items

if TYPE_CHECKING:
    from api.web.counted.held import HeldCounts
    from api.web.page import Page

_MOST: Final = 12
"""How many beginnings are named at most."""
_BY: Final = "by "
"""The words before a beginning of which only the latest day is known."""


@dataclass(frozen=True)
class Gap:
    """What is not known, with the address that has more of it, what is known instead, and the entries that it is of.

    Each of `entries` is its words and its address; `more` of them are not named, or `at_least` so many.
    """

    asked: str
    address: str
    known: str
    entries: Sequence[tuple[str, str]] = ()
    more: int = 0
    at_least: bool = False


def find_gaps(page: Page, state: Mapping[str, Any], held: HeldCounts | None) -> list[Gap]:
    """Find what a state does not say; `held` are the counts of those still held that its page shows."""
    return [
        *_of_posts(page, state["posts"]),
        *_of_totals(page, state["prisoners"]),
        *_of_held(page, held),
        *_of_parts(held),
        *_of_beginnings(page, state),
    ]


def _of_posts(page: Page, posts: Sequence[Mapping[str, Any]]) -> Iterator[Gap]:
    for post in posts:
        if post["holder"] is None:
            before = post["previous"]
            known = "No source on record says who holds it now."
            known += f" Before: {before['holder']}." if before else ""
            yield Gap(f"Who is {post['post']}", page.link("/pictures/posts"), known)


def _of_totals(page: Page, prisoners: Mapping[str, Any]) -> Iterator[Gap]:
    for what in TOTALS:
        total = prisoners[what]
        uncounted = count_items(total, "uncounted")
        if total["high"] is not None or not (total["low"] or uncounted):
            continue
        known = []
        if total["low"]:
            known.append(
                f"At least {total['low']:,} are on record; no source gives an upper limit."
            )
        if uncounted:
            reports = "One report does" if uncounted == 1 else f"{uncounted:,} reports do"
            known.append(f"{reports} not say how many were {what}.")
        address = page.link("/numbers", what)
        yield Gap(f"How many were {what} in all", f"{address}#adds-up", " ".join(known))


def _of_held(page: Page, held: HeldCounts | None) -> Iterator[Gap]:
    newest = held.newest if held and held.whole else ()
    if newest and all(figure["quantity"]["high"] is None for figure in newest):
        told = [_count(figure, named=len(newest) > 1) for figure in newest]
        words = join_words(told, "and")
        known = f"The latest count{', ' if len(told) == 1 else 's, '}{words}, "
        known += "gives no upper limit." if len(told) == 1 else "give no upper limit."
        yield Gap("How many are still held", page.link("/numbers/held"), known)


def _count(entry: Mapping[str, Any], *, named: bool) -> str:
    told = f"“{quantity_in_words(entry['quantity'])}”"
    return f"{told} by {isolate(entry['counted_by'])}" if named else told


def _of_parts(held: HeldCounts | None) -> Iterator[Gap]:
    """Find that no count says how many of those held are women; counts of another population may say it."""
    if held and held.whole and not held.parts and not held.apart:
        known = (
            "No count that stands on this day says how many of them are women, men or foreigners."
        )
        yield Gap("How many of those held are women or foreigners", "#held", known)


def _of_beginnings(page: Page, state: Mapping[str, Any]) -> Iterator[Gap]:
    """Find the entries for which only the day of a report is known, and not since when they are so."""
    undated = list(_list_undated(page, state))
    if undated:
        known = "Reported by the day that is named; no source says since when."
        unnamed = max(len(undated) - _MOST, 0)
        address = page.link("/timeline")
        at_least = any(f"{section}_more" in state for section in _DATED)
        yield Gap("When this began", address, known, undated[:_MOST], unnamed, at_least=at_least)


_DATED: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "posts": lambda entry: f"{entry['holder']}, {entry['post']}",
    "missions": lambda entry: f"{entry['post']}: {entry['status']}",
    "measures": lambda entry: f"{entry['target']}: {entry['action']}",
    "custody": lambda entry: f"{entry['person']}: {custody_in_words(entry['status'])}",
}
"""The sections whose entries have a beginning, and how such an entry is named."""


def _list_undated(page: Page, state: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for section, words in _DATED.items():
        for entry in state[section]:
            since = since_in_words(entry["since"], short=True) if entry["since"] else ""
            if since.startswith(_BY) and entry["fact"]:
                doubt = " (possible)" if entry["certainty"] == "possible" else ""
                yield f"{words(entry)}{doubt}, {since}", page.link("/facts", entry["fact"]["id"])
