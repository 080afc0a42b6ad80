"""The page that imports a table or lines of JSON: the outcome of each line, and fields to correct rejected lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, get_args
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.problems import RefusedError
from api.web.forms.answer import draw_form, sign_in_first
from api.web.forms.asking import Outcome, send_body
from api.web.forms.lines import FATES, correct_lines, lines_of, media_of, text_of_file
from api.web.forms.sent import read_upload
from api.web.page import Page
from api.web.page_route import router_of_pages
from domain.errors import ContentError
from domain.streams.event import Reason

router: Final[APIRouter] = router_of_pages()

_OPTIONS: Final = ("partial", "batch", "update", "reason", "why")
_SHOWN: Final = 500


@dataclass
class _ImportSheet:
    """One form: the text, how it is to be imported, and what the API says to it."""

    text: str = ""
    options: dict[str, str] = field(default_factory=dict)
    key: str = field(default_factory=lambda: uuid4().hex)
    faults: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    report: dict[str, Any] | None = None


@router.get("/n/{slug}/import")
async def read_import_page(slug: str, request: Request) -> Response:
    """Ask for a file, or for its text."""
    page = Page(request, slug)
    if page.reader is None:
        return sign_in_first(page)
    page.need("fact:write")
    return await _draw(page, _ImportSheet())


@router.post("/n/{slug}/import")
async def import_file(slug: str, request: Request) -> Response:
    """Show what would become of each line; or import the lines, unless one is rejected."""
    sent = await read_upload(request)
    page = Page(request, slug)
    sheet = _read(sent)
    if sheet.faults or not sheet.text.strip():
        sheet.faults = sheet.faults or {"file": "choose a file, or paste its text"}
        return await _draw(page, sheet, HTTPStatus.UNPROCESSABLE_ENTITY)
    dry = _text(sent, "do") != "save"
    outcome = await _send(page, sheet, dry=dry)
    if not outcome.is_done:
        sheet.faults, sheet.others = outcome.faults(lambda pointer: pointer.removeprefix("/query/"))
        sheet.key = uuid4().hex
        return await _draw(page, sheet, outcome.status)
    sheet.report = outcome.content
    refused = sheet.report["rejected_total"] and sheet.report["first_position"] is None
    if dry or refused:
        sheet.key = uuid4().hex if refused else sheet.key
        return await _draw(page, sheet, HTTPStatus.OK if dry else HTTPStatus.UNPROCESSABLE_ENTITY)
    return draw_form(
        page, "import_done", here="/import", title=await _title(page), sheet=sheet, fates=FATES
    )


def _read(sent: dict[str, bytes]) -> _ImportSheet:
    """The text that was sent in a file, or pasted, with the lines that were corrected in the form."""
    sheet = _ImportSheet(key=_text(sent, "key"))
    sheet.options = {name: text for name in _OPTIONS if (text := _text(sent, name).strip())}
    try:
        if sent.get("file"):
            sheet.text = text_of_file(sent["file"])
        else:
            fields = {name: _text(sent, name) for name in sent}
            sheet.text = correct_lines(_text(sent, "content"), fields)
    except (ContentError, RefusedError) as error:
        sheet.faults = {"file": str(error)}
    sheet.text = sheet.text.replace("\r\n", "\n").replace("\r", "\n")
    return sheet


def _text(sent: dict[str, bytes], name: str) -> str:
    return sent.get(name, b"").decode("utf-8", "replace").replace("\r\n", "\n")


async def _send(page: Page, sheet: _ImportSheet, *, dry: bool) -> Outcome:
    asked = {name: text for name, text in sheet.options.items() if name not in {"reason", "why"}}
    if "update" in asked:
        asked = dict(sheet.options)
    parameters = urlencode({**asked, "fates": "true", "dry_run": "true" if dry else "false"})
    fields = {"content-type": media_of(sheet.text), "idempotency-key": sheet.key}
    if dry or not sheet.key:
        del fields["idempotency-key"]
    return await send_body(page, f"{page.root}/import?{parameters}", sheet.text.encode(), fields)


async def _title(page: Page) -> str:
    await page.ask("/timeline", {"limit": "1"}, cuts={})
    return await page.title()


async def _draw(page: Page, sheet: _ImportSheet, status: int = 200) -> Response:
    title = await _title(page)
    lines = [] if sheet.report is None else lines_of(sheet.text, sheet.report)
    counts = {fate: sum(line.fate == fate for line in lines) for fate in FATES}
    known = {line.number for line in lines}
    stray = (
        []
        if sheet.report is None
        else [
            f"line {line['line']}: {line['detail']}"
            for line in sheet.report["rejected"]
            if line["line"] not in known
        ]
    )
    return draw_form(
        page,
        "import",
        status,
        here="/import",
        title=title,
        sheet=sheet,
        lines=lines[:_SHOWN],
        more=len(lines[_SHOWN:]),
        rejected=[line for line in lines if line.fate == "rejected"],
        counts={fate: count for fate, count in counts.items() if count},
        others=[*sheet.others, *stray],
        fates=FATES,
        reasons=get_args(Reason),
    )
