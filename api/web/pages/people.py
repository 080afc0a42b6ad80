"""The pages of everyone whom the facts name, and of all facts about one of them.

Search engines are asked to list neither, unless the settings say otherwise.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.page import Page, router_of_pages
from api.web.spans import axis_of

router: Final[APIRouter] = router_of_pages()

_WITHDRAWN: Final = "retracted"
_STATUSES: Final = (
    *("held", "free", "pardoned", "detained", "charged", "remanded", "sentenced", "house_arrest"),
    *("transferred", "missing", "disappeared", "exiled", "died"),
)


@router.get("/n/{slug}/people")
async def read_people_page(slug: str, request: Request) -> Response:
    """Show everyone under every spelling, with their status on that day."""
    page = Page(request, slug, ("status", "q", "cursor"))
    people = await page.ask_list("/people", "status", "q", limit=100)
    return await page.draw(
        "people",
        here="/people",
        cited_as="Who is who",
        people=people["items"],
        following=people["next"],
        statuses=_STATUSES,
        facts=[person["fact"]["id"] for person in people["items"] if person["fact"]],
        listed=page.settings.index_people,
    )


@router.get("/n/{slug}/person")
async def read_person_page(slug: str, request: Request) -> Response:
    """Show all that is said of one person, by `name` or by `id`."""
    page = Page(request, slug, ("name", "id"))
    sought = page.given.get("id") or page.given.get("name", "")
    timeline = await page.ask("/timeline", {"person": sought, "limit": "100"})
    people = await page.ask("/people", {"person": sought, "limit": "100"})
    of_another_day: list[Any] = []
    is_of_another_day = not timeline["items"] and "as_of" in page.cuts
    cuts = {n: text for n, text in page.cuts.items() if n != "as_of" or not is_of_another_day}
    asked = {"person": sought, "include": "retracted", "limit": "100"}
    every = await page.ask("/timeline", asked, cuts=cuts)
    if is_of_another_day:
        of_another_day = [each for each in every["items"] if each["status"] != _WITHDRAWN]
    return await page.draw(
        "person",
        here="/people",
        sought=sought,
        known=people["items"],
        more=people["next"] is not None,
        items=timeline["items"],
        following=timeline["next"],
        of_another_day=of_another_day,
        withdrawn=[each["id"] for each in every["items"] if each["status"] == _WITHDRAWN],
        axis=axis_of([*timeline["items"], *of_another_day]),
        facts=[record["id"] for record in timeline["items"]],
        listed=page.settings.index_people,
    )
