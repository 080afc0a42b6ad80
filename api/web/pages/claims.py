"""The page “Who says what”: all claims on one matter, or a fact and its rivals, and which claim is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.problems import RefusedError
from api.http.threads import run_in_lane
from api.web.linked import find_linked
from api.web.page import Page
from api.web.page_route import PageRefusedError, router_of_pages
from api.web.spans import axis_of
from api.web.words.questions import question_in_words
from domain.fact import KINDS
from domain.naming import fold_name
from domain.register import list_summed

router: Final[APIRouter] = router_of_pages()

_PAGE: Final = 100
_NOT_SHOWN: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""The statuses for a fact that was withdrawn or erased, or that the reader may not see."""


@router.get("/n/{slug}/claims/{fact_id}")
async def read_claims_page(slug: str, fact_id: str, request: Request) -> Response:
    """Show a fact in the entry of a fact that it denies, or else beside its own rivals; alone if it has neither."""
    page = Page(request, slug)
    state = await page.ask("")
    record = await page.ask(f"/v1/facts/{quote(fact_id, safe='')}")
    if record["negotiation"] != slug:
        raise RefusedError("unknown", "/path/fact_id", "this negotiation has no such fact")
    linked = await run_in_lane(find_linked, request, slug, record["fact"]["links"])
    denied = await _read_denied(page, record["fact"]["links"], linked)
    about = [{each["id"]} for each in (*denied, record)]
    shown = next((entries for ids in about if (entries := _select_entries(state, ids))), [])[:1]
    briefs = [fact for entry in shown for fact in (entry["fact"], *entry["rivals"]) if fact]
    apart = {record["id"], *(each["id"] for each in denied)}
    others = [_record(brief) for brief in briefs if brief["id"] not in apart]
    claims = _by_claim([record, *denied, *others])
    return await page.draw(
        "claims",
        here=None,
        title=state["negotiation"]["title"],
        about=None,
        question=None,
        is_of_now=not page.of("as_known_at", "position"),
        claims=claims,
        following=None,
        shown=shown,
        grounds=_grounds(claims, shown),
        axis=None,
        matter=record["fact"]["matter"],
        names=linked,
        denies=bool(denied),
        facts=[claim["record"]["id"] for claim in claims],
    )


async def _read_denied(
    page: Page, links: Sequence[Mapping[str, str]], linked: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Read the first fact that these links say a fact conflicts with, of those that stand and may be seen."""
    relation = "conflicts_with"
    named = [link["fact"] for link in links if link["relation"] == relation]
    ids = [linked[name] for name in named if name in linked]
    for id_ in ids:
        try:
            return [await page.ask(f"/v1/facts/{id_}")]
        except PageRefusedError as error:
            if error.reply.status not in _NOT_SHOWN:
                raise
    return []


def _record(brief: Mapping[str, Any]) -> dict[str, Any]:
    """A record of a rival, with only the fields of its short form."""
    fact = {**brief, "quantities": [], "links": []}
    return {"id": brief["id"], "fact": fact, "certainty": None, "preferred": False}


@router.get("/n/{slug}/matters/{matter:path}")
async def read_matter_page(slug: str, matter: str, request: Request) -> Response:
    """Show the rival claims of one matter side by side, and which one is shown."""
    page = Page(request, slug, ("cursor",))
    asked = {"matter": matter, "limit": f"{_PAGE}", **page.of("cursor")}
    timeline = await page.ask("/timeline", asked)
    state = await page.ask("")
    claims = _by_claim(timeline["items"])
    shown = _once_a_fact(_select_entries(state, {record["id"] for record in timeline["items"]}))
    return await page.draw(
        "claims",
        here=None,
        title=state["negotiation"]["title"],
        about=matter,
        question=_question([claim["record"] for claim in claims], shown),
        is_of_now=not page.of("as_known_at", "position"),
        matter=None,
        denies=False,
        names={f"external:{item['fact']['external_id']}": item["id"] for item in timeline["items"]},
        claims=claims,
        following=timeline["next"],
        shown=shown,
        grounds="" if timeline["next"] or page.of("cursor") else _grounds(claims, shown),
        axis=axis_of(timeline["items"]),
        facts=[record["id"] for record in timeline["items"]],
    )


def _question(
    records: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, Any]]
) -> str | None:
    """The question that facts answer, by the one that is shown; None without facts or words for it."""
    first = shown[0]["fact"]["id"] if shown and shown[0]["fact"] else None
    facts = [record["fact"] for record in sorted(records, key=lambda each: each["id"] != first)]
    return question_in_words(facts, facts[0]) if facts else None


def _grounds(claims: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, Any]]) -> str:
    """Say what puts the only claim that is shown before the others, if an editor or the number of its origins does."""
    first = shown[0]["fact"]["id"] if len(shown) == 1 and shown[0]["fact"] else None
    own = [claim for claim in claims if claim["record"]["id"] == first]
    others = {len(claim["origins"]) for claim in claims if claim["record"]["id"] != first}
    if not own or not others:
        return ""
    if own[0]["record"]["preferred"]:
        return "An editor prefers it."
    mine, most = len(own[0]["origins"]), max(others)
    if mine <= most:
        return ""
    who = (
        "the other claim has" if len(claims) == len(("it", "the other")) else "each other claim has"
    )
    bound = " at most" if len(others) > 1 else ""
    return f"It has {mine} separate origins; {who}{bound} {most}."


def _by_claim(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the facts with the origins of each, those with the most origins first."""
    claims = [
        {
            "record": record,
            "origins": _by_origin(record["fact"]["citations"]),
            "number": _number(record["fact"]),
        }
        for record in records
    ]
    return sorted(claims, key=lambda claim: len(claim["origins"]), reverse=True)


def _number(fact: Mapping[str, Any]) -> int | None:
    """How many a fact counts, if it says so exactly; other numbers, such as the years of a sentence, are details."""
    for quantity in fact["quantities"]:
        low: int | None = quantity["low"]
        summed = fold_name(quantity["what"]) in list_summed(KINDS[fact["kind"]].registers)
        if (summed or quantity["basis"]) and low is not None and low == quantity["high"]:
            return low
    return None


def _by_origin(citations: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Give the citations under the report that they derive from."""
    origins: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for citation in citations:
        origins[citation["origin"] or citation["publisher"]].append(citation)
    return sorted(origins.items())


def _select_entries(state: Any, ids: set[str]) -> list[Mapping[str, Any]]:  # noqa: ANN401 -- any JSON of a state
    """Give the entries that show one of these facts, or have one as a rival: those of the first section with such.

    Several are side by side, as the counts of several counters are. What is previous to an entry, or its outlook, is
    not shown.
    """
    if isinstance(state, list):
        here = [entry for entry in state if _shows(entry, ids)]
        return here or next(
            (entries for part in state if (entries := _select_entries(part, ids))), []
        )
    if not isinstance(state, dict):
        return []
    parts = [[part] if _shows(part, ids) else _select_entries(part, ids) for part in state.values()]
    return next((entries for entries in parts if entries), [])


def _once_a_fact(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Give one entry for each fact that is shown: a release of several people is that of each of them."""
    by_fact = {entry["fact"]["id"] if entry["fact"] else None: entry for entry in reversed(entries)}
    return [*reversed(by_fact.values())]


def _shows(entry: Any, ids: set[str]) -> bool:  # noqa: ANN401 -- any JSON of a state
    if not isinstance(entry, dict) or "contested" not in entry:
        return False
    fact, rivals = entry.get("fact"), entry.get("rivals") or ()
    told = [fact, *rivals] if isinstance(fact, dict) else []
    return any(fact["id"] in ids for fact in told)
