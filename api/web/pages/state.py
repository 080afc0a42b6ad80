"""The state of a negotiation as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.page import Page, router_of_pages

router: Final[APIRouter] = router_of_pages()

_ANSWERS: Final = {
    "declined": "declined to comment",
    "no_reply": "did not answer",
    "denied": "denied it",
    "neither_confirmed_nor_denied": "neither confirmed nor denied it",
}
_TOTALS: Final = ("released", "pardoned")
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
    tallies = {what: await _parts(page, prisoners[what], what) for what in _TOTALS}
    return await page.draw(
        "state",
        here="",
        title=state["negotiation"]["title"],
        state=state,
        facts=_facts(state),
        answers=_ANSWERS,
        tallies=tallies,
        held=_latest(prisoners["held"]),
        custody=_by_status(state["custody"]),
        statements=_latest_first(state["statements"])[:_STATEMENTS],
    )


async def _parts(page: Page, total: Mapping[str, Any], what: str) -> dict[str, Any] | None:
    """What each question adds to a total; None where nothing is added."""
    if not total["facts"]:
        return None
    return await page.ask("/tally", {"what": what, "parts": "true", "by": "year", "limit": "1"})


def _facts(part: Any) -> Iterator[str]:  # noqa: ANN401 -- any JSON of a state
    """The ids of the facts that are shown in a part of a state."""
    if isinstance(part, dict):
        fact = part.get("fact")
        if isinstance(fact, dict):
            yield str(fact["id"])
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for each in inside:
        yield from _facts(each)


def _latest_first(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(entries, key=_last_reported, reverse=True)


def _latest(entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The count that begins last; of counts that begin on one day, the one reported last."""
    return max(
        entries, key=lambda entry: (entry["since"] or "", _last_reported(entry)), default=None
    )


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
