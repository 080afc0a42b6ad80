"""The state of a negotiation as a page, and each of its lists whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands.number_words import describe_added
from api.web.counted.held import gather_held
from api.web.page import Page
from api.web.page_route import router_of_pages
from api.web.sections import NOTED, SECTIONS, find_latest_report, list_first, read_notes
from api.web.unknown import find_gaps
from api.web.words.names import shorten_names
from api.web.words.quantities import TOTALS
from domain.errors import UnknownError

router: Final[APIRouter] = router_of_pages()

SUMMED: Final = 8
"""How many numbers of a sum the page names at most."""
PAGE: Final = 100
"""How many entries a page of one list shows at most."""


@router.get("/n/{slug}")
async def read_state_page(slug: str, request: Request) -> Response:
    """Show what was so: posts, totals, who is held, measures, what is asked and not known, what was said last."""
    page = Page(request, slug)
    state = shorten_names(await page.ask(""))
    prisoners = state["prisoners"]
    tallies = {what: await _parts(page, prisoners[what], what) for what in TOTALS}
    held = gather_held(prisoners["held"], whole="held_more" not in prisoners)
    lists = {name: list_first(state, name) for name in SECTIONS}
    return await page.draw(
        "state",
        here="",
        title=state["negotiation"]["title"],
        state=state,
        facts=_facts(state),
        lists=lists,
        latest=find_latest_report(state, lists),
        notes=await read_notes(page, (entry for name in NOTED for entry in lists[name].items)),
        tallies=tallies,
        held=held,
        gaps=find_gaps(page, state, held),
    )


@router.get("/n/{slug}/state/{section}")
async def read_section_page(slug: str, section: str, request: Request) -> Response:
    """Show one list of the state whole, page by page."""
    page = Page(request, slug, ("cursor",))
    if section not in SECTIONS:
        raise UnknownError("list", section)
    content = await page.ask_list(f"/state/{section}", limit=PAGE)
    items = shorten_names(content["items"])
    return await page.draw(
        "section",
        here="",
        cited_as=SECTIONS[section],
        heading=SECTIONS[section],
        name=section.rpartition(".")[2],
        items=items,
        notes=await read_notes(page, items) if section in NOTED else {},
        following=content["next"],
        facts=[entry["fact"]["id"] for entry in items if entry["fact"]],
        listed=section != "custody" or page.settings.index_people,
    )


async def _parts(page: Page, total: Mapping[str, Any], what: str) -> dict[str, Any] | None:
    """What each question adds to a total; None where nothing is added.

    The state gives it, unless facts disagree or a number includes others; then the tally is asked.
    """
    if not total["facts"]:
        return None
    if "include" in total["rests_on"] or any(_is_open(part) for part in total["parts"][:SUMMED]):
        return await page.ask("/tally", {"what": what, "parts": "true", "by": "year", "limit": "1"})
    parts = [
        {**part, "text": describe_added(part["quantity"], certain=part["certainty"] == "certain")}
        for part in total["parts"]
    ]
    return {**total, "what": what, "total": total, "parts": parts}


def _is_open(part: Mapping[str, Any]) -> bool:
    """Whether a question may add more than the number that is shown for it."""
    sure = part["certainty"] == "certain" and part["quantity"]["comparator"] != "approx"
    return bool(part["contested"] or (part["rivals"] and not sure))


def _facts(state: Any) -> Iterator[str]:  # noqa: ANN401 -- the JSON of a state
    """The ids of the facts that are shown in a state."""
    waiting = [state]
    for part in waiting:
        if isinstance(part, list):
            waiting += [item for item in part if isinstance(item, dict | list)]
            continue
        fact = part.get("fact")
        if isinstance(fact, dict):
            yield str(fact["id"])
        waiting += [item for item in part.values() if isinstance(item, dict | list)]
