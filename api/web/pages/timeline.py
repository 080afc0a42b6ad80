"""The timeline as a page, with vague dates drawn as spans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.page import Page
from api.web.page_route import router_of_pages
from api.web.spans import axis_of
from domain.fact import KINDS
from domain.naming import fold_name

router: Final[APIRouter] = router_of_pages()

_FILTERS: Final = ("kind", "person", "place", "matter", "batch", "q", "from", "to")
_PAGE: Final = 100
_BRIEF: Final = frozenset({"fact", "rivals", "facts"})
"""The parts of an entry of a state that hold no entries."""


@router.get("/n/{slug}/timeline")
async def read_timeline_page(slug: str, request: Request) -> Response:
    """Show the facts by valid time, with what filters them."""
    page = Page(request, slug, (*_FILTERS, "cursor"))
    timeline = await page.ask_list("/timeline", *_FILTERS, limit=_PAGE)
    matters = {record["id"]: record["fact"]["matter"] for record in timeline["items"]}
    is_whole = timeline["next"] is None and not page.of("cursor", *_FILTERS)
    disputed = dict(_list_disputed(page, timeline["items"], is_whole=is_whole))
    if _has_rivals(timeline["items"]):
        contested = [id_ for id_ in _list_contested(await page.ask("")) if id_ in matters]
        disputed |= {id_: page.claims(id_, matters[id_]) for id_ in contested}
    return await page.draw(
        "timeline",
        here="/timeline",
        cited_as="What happened when",
        items=timeline["items"],
        following=timeline["next"],
        axis=axis_of(timeline["items"]),
        kinds=sorted(KINDS),
        disputed=disputed,
        facts=[record["id"] for record in timeline["items"]],
        listed="person" not in page.given or page.settings.index_people,
    )


def _list_disputed(
    page: Page, records: Sequence[Mapping[str, Any]], *, is_whole: bool
) -> Iterator[tuple[str, str]]:
    """(fact, address) of each fact that says of another that both cannot be right, and of each such other fact.

    The address is that of their matter, or else of the page of the fact that says so, which names the other.
    With `is_whole`, the records are all facts that stand: a fact that is not among them was withdrawn, and is in no
    dispute.
    """
    named = {f"external:{record['fact']['external_id']}": record["id"] for record in records}
    matters = {record["id"]: record["fact"]["matter"] for record in records}
    for record in records:
        for link in record["fact"]["links"]:
            if link["relation"] == "conflicts_with":
                other = named.get(link["fact"], link["fact"])
                if is_whole and other not in matters:
                    continue
                matter = matters[record["id"]]
                shared = matter if matter == matters.get(other) else None
                for id_ in (other, record["id"]):
                    yield id_, page.claims(record["id"], shared)


def _has_rivals(records: Iterable[Mapping[str, Any]]) -> bool:
    """Whether two facts of one kind answer one question."""
    facts = [record["fact"] for record in records if record["fact"]["matter"] is not None]
    return len(facts) > len({(fact["kind"], fold_name(fact["matter"])) for fact in facts})


def _list_contested(state: Mapping[str, Any]) -> Iterator[str]:
    """The ids of the facts that the contested entries and numbers of a state show, and of their rivals."""
    waiting: list[Any] = [*state.values()]
    for part in waiting:
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            if part.get("contested") and isinstance(part.get("fact"), dict):
                yield from (fact["id"] for fact in (part["fact"], *part["rivals"]))
            waiting += [each for name, each in part.items() if name not in _BRIEF]
