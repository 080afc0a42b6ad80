"""To correct, end, withdraw, reinstate, corroborate, prefer or erase a fact: from the version that somebody saw."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.problems import RefusedError
from api.web.forms.answer import draw_form, redirect, sign_in_first
from api.web.forms.asking import Outcome, send_change
from api.web.forms.beside import name_beside
from api.web.forms.deeds import DEEDS, Deed
from api.web.forms.fields import shown_entries
from api.web.forms.names import people_known
from api.web.forms.sent import read_form
from api.web.forms.standing import (
    SeenFact,
    changes_in_words,
    changes_since,
    read_seen,
    read_withdrawn,
)
from api.web.page import Page, PageRefusedError, router_of_pages

router: Final[APIRouter] = router_of_pages()

_NUMBER: Final = re.compile("[0-9]{1,18}")


@dataclass
class _Sheet:
    """One form as it is filled in, on the fact as it was seen."""

    deed: Deed
    seen: SeenFact
    typed: dict[str, str]
    shown: dict[str, int] = field(default_factory=dict)
    key: str = field(default_factory=lambda: uuid4().hex)
    faults: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    since: list[dict[str, Any]] | None = None

    @property
    def record(self) -> dict[str, Any]:
        """The fact as it would be; as it was seen where nothing was checked."""
        if self.outcome is None or not self.outcome.is_done or self.deed.asks_again:
            return self.seen.record
        found: dict[str, Any] = self.outcome.content.get("record", self.outcome.content)
        return found


@router.get("/n/{slug}/facts/{fact_id}/{name}")
async def read_change_page(slug: str, fact_id: str, name: str, request: Request) -> Response:
    """Show the form of a change, filled in with the fact as it stands."""
    deed = _deed(name)
    page = Page(request, slug)
    if page.reader is None:
        return sign_in_first(page)
    seen = await _seen(page, deed, fact_id, None)
    return await _draw(page, _Sheet(deed, seen, deed.filled_in(seen.record)))


@router.post("/n/{slug}/facts/{fact_id}/{name}")
async def change_fact(slug: str, fact_id: str, name: str, request: Request) -> Response:
    """Check a change and show what it would come to, or make it; one that takes a second person is proposed."""
    deed = _deed(name)
    fields = await read_form(request)
    page = Page(request, slug)
    seen = await _seen(page, deed, fact_id, fields.get("position", ""))
    sheet = _Sheet(
        deed, seen, deed.typed(seen.record, fields), shown_entries(fields), fields.get("key", "")
    )
    act = fields.get("do", "check")
    if act.startswith("add-"):
        sheet.shown[act.removeprefix("add-")] = sheet.shown.get(act.removeprefix("add-"), 1) + 1
        return await _draw(page, sheet)
    body, cells = deed.body(seen.record, sheet.typed)
    address, dry = f"/v1/facts/{seen.record['id']}/{deed.path}", act != "save"
    outcome = await send_change(page, address, body, dry=dry, key=sheet.key, seen=seen.tag)
    if outcome.is_done and not dry:
        return redirect(_target(page, deed, seen, outcome))
    sheet.outcome = outcome
    sheet.faults, sheet.others = outcome.faults(cells.column_of)
    if not outcome.is_done:
        sheet.key = uuid4().hex
    if outcome.is_stale:
        await _take_up(page, sheet)
    status = outcome.status if not dry or outcome.is_stale else HTTPStatus.OK
    return await _draw(page, sheet, status, live="live" in fields)


def _deed(name: str) -> Deed:
    if name not in DEEDS:
        kind, detail = "unknown", f"there is no such page; a fact has {', '.join(DEEDS)}"
        raise RefusedError(kind, "/path/name", detail)
    return DEEDS[name]


async def _seen(page: Page, deed: Deed, fact_id: str, position: str | None) -> SeenFact:
    """The fact as it was seen when the form was opened, or now; to be erased, with all its versions, as it is now."""
    if deed.name == "reinstate":
        return await read_withdrawn(page, fact_id)
    if deed.asks_again:
        return await _standing_or_withdrawn(page, fact_id)
    known = position if position is not None and _NUMBER.fullmatch(position) else None
    return await read_seen(page, fact_id, known)


async def _standing_or_withdrawn(page: Page, fact_id: str) -> SeenFact:
    try:
        return await read_seen(page, fact_id, None)
    except PageRefusedError as error:
        if error.reply.status != HTTPStatus.GONE:
            raise
    return await read_withdrawn(page, fact_id)


def _target(page: Page, deed: Deed, seen: SeenFact, outcome: Outcome) -> str:
    """Where what was done is shown: the change request, or the fact; the timeline where the fact was erased."""
    if outcome.is_proposed:
        return page.link("/change-requests", outcome.content["id"])
    if deed.asks_again:
        return page.link("/timeline")
    return page.link("/facts", seen.record["id"])


async def _take_up(page: Page, sheet: _Sheet) -> None:
    """Take up what others changed meanwhile: fields that nobody touched here show it, and the others what was typed."""
    now, sheet.since = await changes_since(page, sheet.seen)
    sheet.faults, sheet.others = {}, []
    if now is None:
        sheet.others = ["the fact was withdrawn or erased meanwhile: open its page"]
        return
    opened, standing = (sheet.deed.filled_in(each.record) for each in (sheet.seen, now))
    for name in {*opened, *standing}:
        if sheet.typed.get(name, "").strip() == opened.get(name, ""):
            sheet.typed[name] = standing.get(name, "")
    sheet.seen = now


async def _draw(page: Page, sheet: _Sheet, status: int = 200, *, live: bool = False) -> Response:
    corrects = sheet.deed.name == "correct"
    names = await people_known(page, live=live) if corrects else []
    checked = sheet.outcome is not None and sheet.outcome.is_done
    groups = sheet.deed.groups(sheet.seen.record, sheet.typed, sheet.faults, sheet.shown)
    fields = [each for group in groups for each in (*group.fields, *group.more)]
    placed = {each.column for each in fields}
    others = [detail for column, detail in sheet.faults.items() if column not in placed]
    return draw_form(
        page,
        "change",
        status,
        here=None,
        title=await page.title(),
        sheet=sheet,
        deed=sheet.deed,
        seen=sheet.seen,
        groups=groups,
        wrong=[each for each in fields if each.fault],
        others=[*sheet.others, *others],
        names=names,
        checked=checked,
        changes=changes_in_words(sheet.seen.record, sheet.record) if checked else [],
        beside=await name_beside(page, sheet.record)
        if checked and not sheet.deed.asks_again
        else {},
    )
