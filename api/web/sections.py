"""Gives the lists of a state as its page shows them, and what they are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from api.composition import Parley
from api.http.authorization import principal_of
from api.http.exchange.perspective import perspective_query
from api.http.threads import run_in_lane
from api.web.counted.held import newest_first
from api.web.page import Page
from api.web.words.quantities import TOTALS
from domain.naming import fold_name
from domain.time.valid_time import strict_upper
from domain.views.sections import PageQuery

SECTIONS: Final = {
    "posts": "Posts",
    "missions": "Embassies and missions",
    "measures": "Measures",
    "proposals": "On the table",
    "agreements": "Agreements",
    "open_questions": "Open questions",
    "responses": "Who was asked, and what they answered",
    "incidents": "Incidents",
    "prisoners.held": "Those held, by who counted them",
    "custody": "People, and what was last reported of each",
    "statements": "What each speaker said last",
}
"""The lists of entries in a state that have a page of their own, and the headings of these pages."""
NOTED: Final = ("posts", "missions")
"""The lists that show the editor's note of a fact."""
MOST_POSTS: Final = 100
"""How many posts are looked at for who holds them."""
MOST: Final = 30
"""How many entries of a list the page of a state shows at most."""
_MORE: Final = {"statements": 6, "custody": 100, "prisoners.held": 100}
"""How many it shows of other lists: fewer statements, and more entries where each is one line."""

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class ShownList:
    """The entries of a list that a page shows; `count` is how many there are if it does not show all of them."""

    items: Sequence[Entry]
    count: int | None


def list_first(state: Mapping[str, Any], name: str) -> ShownList:
    """The entries that a state's page shows of a list: the newest statements and counts, of others the first by key."""
    *parents, last = name.split(".")
    owner = state
    for parent in parents:
        owner = owner[parent]
    entries = _ORDERS.get(name, list)(owner[last])
    shown = entries[: _MORE.get(name, MOST)]
    count = owner[f"{last}_more"]["count"] if f"{last}_more" in owner else len(entries)
    return ShownList(shown, count if count > len(shown) else None)


def find_latest_report(state: Mapping[str, Any], lists: Mapping[str, ShownList]) -> str | None:
    """The date of the latest report on what a state's page shows; None if no source has a date."""
    prisoners, meetings = state["prisoners"], state["meetings"]
    shown = [entry for listed in lists.values() for entry in listed.items]
    shown += [part for what in TOTALS for part in prisoners[what].get("parts", ())]
    shown += [entry for entry in meetings.values() if entry]
    dates = [entry["last_reported"] for entry in shown if entry["last_reported"]]
    return max(dates, key=strict_upper, default=None)


async def read_posts(page: Page) -> dict[str, list[Entry]]:
    """{folded name or id of a holder: the posts that they hold}, of the first posts by name."""
    assert page.standing is not None, "the first answer says what the perspective is"  # noqa: S101 -- a programmer's error
    at = perspective_query({**page.cuts, "position": str(page.standing.position)})

    def read() -> list[Entry]:
        parley: Parley = page.request.app.state.parley
        with parley.reading(principal_of(page.request)) as reading:
            seen = reading.perspective(at)
            talks = reading.negotiation(page.slug or "", seen.position)
            asked = PageQuery("posts", None, MOST_POSTS)
            return reading.section(talks.id, asked, seen, lambda path, _: path)[0]

    held: dict[str, list[Entry]] = {}
    for post in await run_in_lane(read):
        holder = post["holder"]
        if holder is not None:
            named = holder["id"] if isinstance(holder, dict) else fold_name(holder)
            held.setdefault(named, []).append(post)
    return held


def find_posts(held: Mapping[str, list[Entry]], person: Mapping[str, Any]) -> list[Entry]:
    """The posts that somebody in the list of people holds."""
    return held.get(person["id"] or fold_name(person["name"]), [])


async def read_notes(page: Page, entries: Iterable[Entry]) -> dict[str, str | None]:
    """{fact id: what editors noted on it} for the facts that entries show, since the state leaves it out."""
    assert page.standing is not None, "the first answer says what the perspective is"  # noqa: S101 -- a programmer's error
    at = perspective_query({**page.cuts, "position": str(page.standing.position)})
    shown = [UUID(entry["fact"]["id"]) for entry in entries if entry["fact"]]

    def read() -> dict[str, str | None]:
        parley: Parley = page.request.app.state.parley
        with parley.reading(principal_of(page.request)) as reading:
            seen = reading.perspective(at)
            negotiation = reading.negotiation(page.slug or "", seen.position)
            return reading.sections(negotiation.id, seen).notes(shown)

    return await run_in_lane(read) if shown else {}


def _latest_first(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: str(entry["last_reported"] or ""), reverse=True)


_ORDERS: Final[Mapping[str, Callable[[Iterable[Entry]], list[Entry]]]] = {
    "statements": _latest_first,
    "prisoners.held": newest_first,
}
