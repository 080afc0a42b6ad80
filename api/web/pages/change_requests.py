"""The pages of change requests: what each would change, and forms to approve, refuse or withdraw it."""

from __future__ import annotations

from typing import Any, Final, get_args
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands.changes import PROPOSABLE
from api.http.authorization import principal_of
from api.http.problems import RefusedError
from api.web.forms.answer import draw_form, redirect, sign_in_first
from api.web.forms.asking import send_change
from api.web.forms.sent import read_form
from api.web.page import Page
from api.web.page_route import router_of_pages
from api.web.words.wording import words_of_changes
from domain.access import same_person
from domain.streams.change_request import ChangeRequestStatus

router: Final[APIRouter] = router_of_pages()

_DECISIONS: Final = {"approve": "approval", "refuse": "refusal", "withdraw": "withdrawal"}
_STATUSES: Final = get_args(ChangeRequestStatus)
_OPEN: Final = "open"
_OPS: Final = {
    "correct": "Correct a fact",
    "retract": "Withdraw a fact",
    "reinstate": "Reinstate a fact",
    "erase": "Erase a fact",
    "correct_negotiation": "Correct the negotiation itself",
}


@router.get("/n/{slug}/change-requests")
async def read_change_requests(slug: str, request: Request) -> Response:
    """List the change requests that wait, or those that were decided."""
    page = Page(request, slug, ("status", "cursor"))
    if page.reader is None:
        return sign_in_first(page)
    status = page.given.get("status", _OPEN)
    await page.ask("/timeline", {"limit": "1"}, cuts={})
    parameters = {"status": status, "limit": "100", **page.of("cursor")}
    reply = await page.answer_json(f"{page.root}/change-requests", parameters)
    return draw_form(
        page,
        "change_requests",
        here="/change-requests",
        title=await page.title(),
        items=reply["items"],
        following=reply["next"],
        wanted=status,
        statuses=_STATUSES,
        ops=_OPS,
    )


@router.get("/n/{slug}/change-requests/{id_}")
async def read_change_request(slug: str, id_: str, request: Request) -> Response:
    """Show what is proposed, with its old and new words, and how one may decide on it."""
    page = Page(request, slug)
    if page.reader is None:
        return sign_in_first(page)
    return await _draw(page, id_)


@router.post("/n/{slug}/change-requests/{id_}")
async def decide(slug: str, id_: str, request: Request) -> Response:
    """Approve what was seen, refuse it, or withdraw what one proposed oneself."""
    fields = await read_form(request)
    page = Page(request, slug)
    decision = _DECISIONS.get(fields.get("do", ""))
    if decision is None:
        return await _draw(page, id_)
    why = fields.get("why", "").strip()
    address = f"/v1/change-requests/{quote(id_, safe='')}/{decision}"
    outcome = await send_change(
        page,
        address,
        {"why": why} if why else {},
        dry=False,
        key=fields.get("key", ""),
        seen=f'"{fields.get("digest", "")}"',
    )
    if outcome.is_done and "op" not in outcome.content:  # an erasure, which took it along
        return redirect(page.link("/change-requests"))
    if outcome.is_done:
        return redirect(page.link("/change-requests", id_))
    faults, others = outcome.faults(lambda pointer: pointer.removeprefix("/"))
    return await _draw(
        page, id_, outcome.status, why=fields.get("why", ""), faults=faults, others=others
    )


async def _draw(
    page: Page,
    id_: str,
    status: int = 200,
    *,
    why: str = "",
    faults: dict[str, str] | None = None,
    others: list[str] | None = None,
) -> Response:
    await page.ask("/timeline", {"limit": "1"}, cuts={})
    change_request = await page.answer_json(f"/v1/change-requests/{quote(id_, safe='')}", {})
    if change_request["negotiation"] != page.slug:
        raise RefusedError("unknown", "/path/id", "this negotiation has no such change request")
    change_request["changes"] = words_of_changes(change_request["changes"])
    reader = principal_of(page.request)
    own = reader.person is not None and same_person(change_request["proposer"], reader.person)
    told: dict[str, Any] = faults or {}
    return draw_form(
        page,
        "change_request",
        status,
        here="/change-requests",
        title=await page.title(),
        change_request=change_request,
        op=_OPS.get(change_request["op"], change_request["op"]),
        own=own,
        decides=change_request["status"] == _OPEN
        and reader.may(PROPOSABLE[change_request["op"]].scope),
        why=why,
        fault=told.get("why"),
        others=[*(others or []), *(detail for name, detail in told.items() if name != "why")],
        key=uuid4().hex,
    )
