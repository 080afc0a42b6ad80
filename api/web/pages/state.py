"""The state of a negotiation as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.composition import Parley
from api.http.authorization import principal_of
from api.http.exchange.perspective import perspective_query
from api.http.threads import run_in_lane
from api.web.counted.held import counted_apart, gather_held, newest_first
from api.web.page import Page, router_of_pages
from api.web.unknown import find_gaps
from api.web.words.quantities import TOTALS
from domain.quantity import Total

router: Final[APIRouter] = router_of_pages()

_ANSWERS: Final = {
    "declined": "declined",
    "no_reply": "did not answer",
    "denied": "denied it",
    "neither_confirmed_nor_denied": "neither confirmed nor denied it",
}
SUMMED: Final = 8
"""How many numbers of a sum the page names at most."""
_STATEMENTS: Final = 6
"""How many statements the page shows at most."""
_STATUSES: Final = (
    *("missing", "disappeared", "detained", "charged", "remanded", "sentenced", "transferred"),
    *("house_arrest", "exiled", "free", "died"),
)
"""The statuses in the order in which the page shows them."""


@router.get("/n/{slug}")
async def read_state_page(slug: str, request: Request) -> Response:
    """Show what was so: posts, totals, who is held, measures, what is asked and not known, what was said last."""
    page = Page(request, slug)
    state = await page.ask("")
    prisoners = state["prisoners"]
    tallies = {what: await _parts(page, prisoners[what], what) for what in TOTALS}
    held = gather_held(prisoners["held"])
    return await page.draw(
        "state",
        here="",
        title=state["negotiation"]["title"],
        state=state,
        facts=_facts(state),
        notes=await _notes(page, [*state["posts"], *state["missions"]]),
        answers=_ANSWERS,
        tallies=tallies,
        held=held,
        counts=newest_first(prisoners["held"]),
        counted_apart=counted_apart,
        gaps=find_gaps(page, state, held),
        custody=_by_status(state["custody"]),
        statements=_latest_first(state["statements"])[:_STATEMENTS],
    )


async def _notes(page: Page, entries: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """Give what editors noted on the facts that these entries show, which the state leaves out."""
    assert page.standing is not None, "the state says what the perspective is"  # noqa: S101 -- a programmer's error
    at = perspective_query({**page.cuts, "position": str(page.standing.position)})
    shown = [UUID(entry["fact"]["id"]) for entry in entries if entry["fact"]]

    def read() -> dict[str, str | None]:
        parley: Parley = page.request.app.state.parley
        with parley.reading(principal_of(page.request)) as reading:
            seen = reading.perspective(at)
            negotiation = reading.negotiation(page.slug or "", seen.position)
            return reading.sections(negotiation.id, seen).notes(shown)

    return await run_in_lane(read) if shown else {}


async def _parts(page: Page, total: Mapping[str, Any], what: str) -> dict[str, Any] | None:
    """What each question adds to a total; None where nothing is added.

    The state says it, except where facts disagree; there the tally is asked.
    """
    if not total["facts"]:
        return None
    if any(_is_open(part) for part in total["parts"][:SUMMED]):
        return await page.ask("/tally", {"what": what, "parts": "true", "by": "year", "limit": "1"})
    parts = [{**part, "text": _added(part)} for part in total["parts"]]
    return {**total, "what": what, "total": total, "parts": parts}


def _is_open(part: Mapping[str, Any]) -> bool:
    """Whether a question may add more than the number that is shown for it."""
    sure = part["certainty"] == "certain" and part["quantity"]["comparator"] != "approx"
    return bool(part["contested"] or (part["rivals"] and not sure))


def _added(part: Mapping[str, Any]) -> str:
    """What a number adds, in words; a fact that is only possible adds nothing to the low bound."""
    quantity = part["quantity"]
    low = quantity["low"] or 0 if part["certainty"] == "certain" else 0
    about = quantity["value"] or 0 if quantity["comparator"] == "approx" else 0
    return Total(low, quantity["high"], about, about).text


def _facts(state: Any) -> Iterator[str]:  # noqa: ANN401 -- the JSON of a state
    """The ids of the facts that are shown in a state."""
    waiting = [state]
    for part in waiting:
        if isinstance(part, list):
            waiting += [each for each in part if isinstance(each, dict | list)]
            continue
        fact = part.get("fact")
        if isinstance(fact, dict):
            yield str(fact["id"])
        waiting += [each for each in part.values() if isinstance(each, dict | list)]


def _latest_first(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(entries, key=_last_reported, reverse=True)


def _last_reported(entry: Mapping[str, Any]) -> str:
    return str(entry["last_reported"] or "")


def _by_status(
    custody: Sequence[Mapping[str, Any]],
) -> list[tuple[str, list[Mapping[str, Any]]]]:
    def place(entry: Mapping[str, Any]) -> int:
        status = entry["status"]
        return _STATUSES.index(status) if status in _STATUSES else len(_STATUSES)

    ordered = sorted(custody, key=place)
    return [
        (str(entries[0]["status"]), entries)
        for entries in (list(group) for _, group in groupby(ordered, key=place))
    ]
