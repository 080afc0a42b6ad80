"""The form that records a fact: its kind, then its fields, how each is read, and which facts are similar."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands.importing.described import describe_kinds
from api.commands.importing.form_cells import read_form_cells
from api.web.forms.answer import draw_form, redirect, sign_in_first
from api.web.forms.asking import Outcome, send_change
from api.web.forms.beside import name_beside
from api.web.forms.fields import count_shown, groups_of, select_known_cells
from api.web.forms.names import Typing, names_known
from api.web.forms.sent import read_form
from api.web.page import Page
from api.web.page_route import router_of_pages
from domain.fact import KINDS

router: Final[APIRouter] = router_of_pages()


@dataclass
class _RecordSheet:
    """One form as it is filled in."""

    kind: str
    cells: dict[str, str] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    key: str = field(default_factory=lambda: uuid4().hex)
    faults: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    beside: dict[str, Any] = field(default_factory=dict)


@router.get("/n/{slug}/record")
async def read_record_page(slug: str, request: Request) -> Response:
    """Ask for the kind of the fact, and then for its fields."""
    page = Page(request, slug, ("kind",))
    if page.reader is None:
        return sign_in_first(page)
    page.need("fact:write")
    kind = page.given.get("kind")
    if kind not in KINDS:
        await page.ask("/timeline", {"limit": "1"}, cuts={})
        title = await page.title()
        return draw_form(page, "record_kinds", here="/record", title=title, kinds=describe_kinds())
    return await _draw(page, _RecordSheet(kind))


@router.post("/n/{slug}/record")
async def record(slug: str, request: Request) -> Response:
    """Check what was filled in and show what would be recorded, or record it and lead to the fact."""
    fields = await read_form(request)
    page = Page(request, slug, ("kind",))
    kind = fields.get("kind", "")
    if kind not in KINDS:
        return redirect(page.link("/record"))
    sheet = _RecordSheet(
        kind, select_known_cells(kind, fields), count_shown(fields), fields.get("key", "")
    )
    deed = fields.get("do", "check")
    if deed.startswith("add-"):
        sheet.shown[deed.removeprefix("add-")] = _count(sheet, deed.removeprefix("add-")) + 1
        return await _draw(page, sheet)
    read = read_form_cells({"kind": kind, **sheet.cells})
    address = f"{page.root}/facts"
    dry = deed != "save"
    outcome = await send_change(page, address, read.content, dry=dry, key=sheet.key)
    if outcome.is_done and not dry:
        return redirect(page.link("/facts", outcome.content["id"]))
    sheet.faults, sheet.others = outcome.faults(read.column_of)
    sheet.outcome = outcome
    if not outcome.is_done:
        sheet.key = uuid4().hex
    else:
        sheet.beside = await name_beside(page, outcome.content)
    return await _draw(page, sheet, 200 if dry else outcome.status, Typing.of(kind, fields))


async def _draw(
    page: Page, sheet: _RecordSheet, status: int = 200, typing: Typing | None = None
) -> Response:
    names = await names_known(page, typing)
    groups = groups_of(sheet.kind, sheet.cells, sheet.faults, sheet.shown)
    fields = [form_field for group in groups for form_field in (*group.fields, *group.more)]
    placed = {form_field.column for form_field in fields}
    others = [detail for column, detail in sheet.faults.items() if column not in placed]
    return draw_form(
        page,
        "record_fact",
        status,
        here="/record",
        title=await page.title(),
        sheet=sheet,
        meaning=next(kind["says"] for kind in describe_kinds() if kind["kind"] == sheet.kind),
        groups=groups,
        wrong=[form_field for form_field in fields if form_field.fault],
        others=[*sheet.others, *others],
        names=names,
    )


def _count(sheet: _RecordSheet, singular: str) -> int:
    """How many entries of a list the form has fields for."""
    groups = groups_of(sheet.kind, sheet.cells, {}, sheet.shown)
    return sum(
        any(form_field.column.startswith(singular) for form_field in group.fields)
        for group in groups
    )
