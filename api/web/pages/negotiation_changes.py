"""To correct the title, parties or summary of a negotiation, from the edition that somebody saw."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, get_args
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.forms.answer import draw_form, redirect, sign_in_first
from api.web.forms.asking import Outcome, send_change
from api.web.forms.change_fields import choice, text_field
from api.web.forms.fields import Group
from api.web.forms.sent import read_form
from api.web.page import Page, router_of_pages
from api.web.wording import changed_words
from domain.streams.event import Reason

router: Final[APIRouter] = router_of_pages()

_SAID: Final = ("title", "parties", "summary")
_ABOUT: Final = ("reason", "why", "published")
_NUMBER: Final = re.compile("[0-9]{1,18}")


@dataclass(frozen=True)
class _Seen:
    """What was said of a negotiation at a position, and the ETag that a correction of it has to name."""

    said: dict[str, Any]
    position: int
    tag: str

    @property
    def filled_in(self) -> dict[str, str]:
        """What the fields hold when the form is opened."""
        return {
            "title": self.said["title"],
            "parties": "; ".join(self.said["parties"]),
            "summary": self.said["summary"] or "",
        }

    def body(self, typed: dict[str, str]) -> dict[str, Any]:
        """The correction that was written: of the fields that differ alone; null for a summary that was emptied."""
        opened = self.filled_in
        written = {name: typed[name].strip() for name in _SAID}
        changes: dict[str, Any] = {n: text for n, text in written.items() if text != opened[n]}
        if "parties" in changes:
            parts = (part.strip() for part in written["parties"].split(";"))
            changes["parties"] = [part for part in parts if part]
        if "summary" in changes:
            changes["summary"] = written["summary"] or None
        about = {name: typed[name].strip() for name in _ABOUT if typed[name].strip()}
        return {**about, "changes": changes}


@dataclass
class _Sheet:
    """The form as it is filled in, on the negotiation as it was seen."""

    seen: _Seen
    typed: dict[str, str]
    key: str = field(default_factory=lambda: uuid4().hex)
    faults: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    since: list[dict[str, Any]] | None = None

    @property
    def is_checked(self) -> bool:
        """Whether it was checked, and can be done or proposed."""
        return self.outcome is not None and self.outcome.is_done

    @property
    def changes(self) -> list[dict[str, Any]]:
        """What it would change, once it was checked."""
        if self.outcome is None or not self.outcome.is_done:
            return []
        content = self.outcome.content
        return _changes(self.seen.said, content.get("record", content))


@router.get("/n/{slug}/correct")
async def read_correction_page(slug: str, request: Request) -> Response:
    """Show the form, filled in with what is said of the negotiation now."""
    page = Page(request, slug)
    if page.reader is None:
        return sign_in_first(page)
    seen = await _seen(page, None)
    return _draw(page, _Sheet(seen, seen.filled_in))


@router.post("/n/{slug}/correct")
async def correct_negotiation(slug: str, request: Request) -> Response:
    """Check a correction and show what it would come to, or make it; one that takes a second person is proposed."""
    fields = await read_form(request)
    page = Page(request, slug)
    known = fields.get("position", "")
    seen = await _seen(page, known if _NUMBER.fullmatch(known) else None)
    typed = {name: fields.get(name, "") for name in (*_SAID, *_ABOUT)}
    sheet = _Sheet(seen, typed, fields.get("key", ""))
    dry = fields.get("do", "check") != "save"
    address = f"{page.root}/corrections"
    body = seen.body(typed)
    outcome = await send_change(page, address, body, dry=dry, key=sheet.key, seen=seen.tag)
    if outcome.is_done and not dry:
        return redirect(_target(page, outcome))
    sheet.outcome = outcome
    sheet.faults, sheet.others = outcome.faults(_column_of)
    if not outcome.is_done:
        sheet.key = uuid4().hex
    if outcome.is_stale:
        await _take_up(page, sheet)
    status = outcome.status if not dry or outcome.is_stale else HTTPStatus.OK
    return _draw(page, sheet, status)


def _target(page: Page, outcome: Outcome) -> str:
    """Where what was done is shown: the change request, or the negotiation."""
    if outcome.is_proposed:
        return page.link("/change-requests", outcome.content["id"])
    return page.link()


async def _seen(page: Page, position: str | None) -> _Seen:
    """What is said of the negotiation now, or was at the position at which the form was opened."""
    reply = await page.answer(page.root, {} if position is None else {"position": position})
    content = json.loads(reply.body)
    return _Seen(content["negotiation"], content["perspective"]["position"], reply.headers["etag"])


async def _take_up(page: Page, sheet: _Sheet) -> None:
    """Take up what others corrected meanwhile: fields that nobody touched here show it."""
    now = await _seen(page, None)
    sheet.faults, sheet.others, sheet.since = {}, [], _changes(sheet.seen.said, now.said)
    opened = sheet.seen.filled_in
    for name, text in now.filled_in.items():
        if sheet.typed[name].strip() == opened[name]:
            sheet.typed[name] = text
    sheet.seen = now


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """What differs between two editions, with the words that came and went."""
    return [
        {"field": name, "words": changed_words(before[name], after[name])}
        for name in _SAID
        if before[name] != after[name]
    ]


def _column_of(pointer: str) -> str | None:
    """The field that a fault leads back to."""
    parts = [part for part in pointer.split("/") if part and part != "changes"]
    return parts[0] if parts and parts[0] in {*_SAID, *_ABOUT} else None


def _draw(page: Page, sheet: _Sheet, status: int = 200) -> Response:
    typed, faults = sheet.typed, sheet.faults
    who = "who negotiates; write ; between two"
    why = "for the audit: how you know"
    public = "when this was made public, as 2025-09-11; empty: when it is recorded"
    said = [
        text_field("title", "Title", typed, faults, needed=True),
        text_field("parties", "Parties", typed, faults, who),
        text_field("summary", "Summary", typed, faults, "in a sentence", several=True),
    ]
    about = [
        choice("reason", "Reason", get_args(Reason), typed, faults),
        text_field("why", "Why", typed, faults, why, needed=True, several=True),
        text_field("published", "Made public", typed, faults, public, dated=True),
    ]
    return draw_form(
        page,
        "correct_negotiation",
        status,
        here="/correct",
        title=sheet.seen.said["title"],
        sheet=sheet,
        groups=[
            Group(title="The negotiation", fields=said),
            Group(title="About the change", fields=about),
        ],
        wrong=[each for each in (*said, *about) if each.fault],
        others=sheet.others,
    )
