"""The timeline as a page, with vague dates drawn as spans; and all that speaks to one matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.page import Page, router_of_pages
from api.web.spans import axis_of
from domain.fact import KINDS

router: Final[APIRouter] = router_of_pages()

_FILTERS: Final = ("kind", "person", "place", "matter", "batch", "q", "from", "to")
_PAGE: Final = 100


@router.get("/n/{slug}/timeline")
async def read_timeline_page(slug: str, request: Request) -> Response:
    """Show the facts by valid time, with what filters them."""
    page = Page(request, slug, (*_FILTERS, "cursor"))
    timeline = await page.ask_list("/timeline", *_FILTERS, limit=_PAGE)
    return await page.draw(
        "timeline",
        here="/timeline",
        items=timeline["items"],
        following=timeline["next"],
        axis=axis_of(timeline["items"]),
        kinds=sorted(KINDS),
        facts=[record["id"] for record in timeline["items"]],
        listed="person" not in page.given or page.settings.index_people,
    )


@router.get("/n/{slug}/matters/{matter:path}")
async def read_matter_page(slug: str, matter: str, request: Request) -> Response:
    """Show the rival claims that speak to one matter, side by side, and which one is shown."""
    page = Page(request, slug, ("cursor",))
    asked = {"matter": matter, "limit": f"{_PAGE}", **page.of("cursor")}
    timeline = await page.ask("/timeline", asked)
    state = await page.ask("")
    return await page.draw(
        "matter",
        here="/numbers/released",
        title=state["negotiation"]["title"],
        matter=matter,
        claims=_by_claim(timeline["items"]),
        following=timeline["next"],
        shown=_shown(state, {record["id"] for record in timeline["items"]}),
        axis=axis_of(timeline["items"]),
        facts=[record["id"] for record in timeline["items"]],
    )


def _by_claim(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the facts with the origins of each, those with the most origins first."""
    claims = [
        {"record": record, "origins": _by_origin(record["fact"]["citations"])} for record in records
    ]
    return sorted(claims, key=lambda claim: len(claim["origins"]), reverse=True)


def _by_origin(citations: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Give the citations under the report that they derive from."""
    origins: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for citation in citations:
        origins[citation["origin"] or citation["publisher"]].append(citation)
    return sorted(origins.items())


def _shown(state: Any, ids: set[str]) -> Mapping[str, Any] | None:  # noqa: ANN401 -- any JSON of a state
    """Give the first entry of a state that shows one of these facts, or has one as a rival; None without one.

    What is previous to an entry, or its outlook, is not shown.
    """
    if isinstance(state, dict):
        fact = state.get("fact")
        rivals = state.get("rivals") or ()
        if (
            isinstance(fact, dict)
            and "contested" in state
            and (fact.get("id") in ids or any(rival["id"] in ids for rival in rivals))
        ):
            return state
    parts = state.values() if isinstance(state, dict) else state if isinstance(state, list) else ()
    return next((entry for part in parts if (entry := _shown(part, ids)) is not None), None)
