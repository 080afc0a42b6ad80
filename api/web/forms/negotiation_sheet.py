"""Handles the form that corrects a negotiation: reads it, tries the change, and shows it again with the result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, get_args
from uuid import uuid4

from api.web.forms.answer import draw_form
from api.web.forms.asking import FormSheet, Outcome, send_change
from api.web.forms.change_fields import choice, lines_of_field, text_field, write_parties
from api.web.forms.fields import FieldGroup
from api.web.words.wording import mark_changes
from domain.streams.event import Reason

if TYPE_CHECKING:
    from starlette.responses import Response

    from api.web.page import Page

_SAID: Final = ("title", "parties", "summary")
_ABOUT: Final = ("reason", "why", "published")


@dataclass(frozen=True)
class SeenNegotiation:
    """The content of a negotiation at a position, and the ETag that a correction of it has to name."""

    content: dict[str, Any]
    position: int
    tag: str

    @property
    def filled_in(self) -> dict[str, str]:
        """What the fields hold when the form is opened."""
        return fields_of(self.content)

    def body(self, typed: Mapping[str, str]) -> dict[str, Any]:
        """The correction that was written: of the fields that differ alone; null for a summary that was emptied."""
        opened = self.filled_in
        written = {name: typed[name].strip() for name in _SAID}
        changes: dict[str, Any] = {n: text for n, text in written.items() if text != opened[n]}
        if "parties" in changes:
            changes["parties"] = lines_of_field(written["parties"])
        if "summary" in changes:
            changes["summary"] = written["summary"] or None
        about = {name: typed[name].strip() for name in _ABOUT if typed[name].strip()}
        return {**about, "changes": changes}


@dataclass
class NegotiationSheet(FormSheet):
    """The form as it is filled in, on the negotiation as it was seen."""

    seen: SeenNegotiation
    typed: dict[str, str]

    @property
    def changes(self) -> list[dict[str, Any]]:
        """What it would change, once it was checked."""
        if self.outcome is None or not self.outcome.is_done:
            return []
        content = self.outcome.content
        return _changes(self.seen.content, content.get("record", content))


def fields_of(content: Mapping[str, Any]) -> dict[str, str]:
    """What is said of a negotiation, as the fields of the form hold it: one party a line."""
    return {
        "title": content["title"],
        "parties": "\n".join(content["parties"]),
        "summary": content["summary"] or "",
    }


def read_typed(fields: Mapping[str, str]) -> dict[str, str]:
    """What was written in the fields that the form has."""
    return {name: fields.get(name, "") for name in (*_SAID, *_ABOUT)}


async def read_seen_negotiation(page: Page, position: str | None) -> SeenNegotiation:
    """The content of the negotiation now, or at the position at which the form was opened."""
    reply = await page.answer(page.root, {} if position is None else {"position": position})
    content = json.loads(reply.body)
    position_of = content["perspective"]["position"]
    return SeenNegotiation(content["negotiation"], position_of, reply.headers["etag"])


async def send_negotiation_sheet(
    page: Page, sheet: NegotiationSheet, address: str, *, dry: bool, seen: str | None = None
) -> Outcome:
    """Try what was written, or send it to an address, on the negotiation as it was `seen`."""
    body, tag = sheet.seen.body(sheet.typed), sheet.seen.tag if seen is None else seen
    outcome = await send_change(page, address, body, dry=dry, key=sheet.key, seen=tag)
    sheet.outcome = outcome
    sheet.faults, sheet.others = outcome.faults(_column_of)
    if not outcome.is_done:
        sheet.key = uuid4().hex
    if outcome.is_stale and seen is None:
        await _take_up(page, sheet)
    return outcome


async def _take_up(page: Page, sheet: NegotiationSheet) -> None:
    """Take up what others corrected meanwhile: fields that nobody touched here show it."""
    now = await read_seen_negotiation(page, None)
    sheet.faults, sheet.others, sheet.since = {}, [], _changes(sheet.seen.content, now.content)
    opened = sheet.seen.filled_in
    for name, text in now.filled_in.items():
        if sheet.typed[name].strip() == opened[name]:
            sheet.typed[name] = text
    sheet.seen = now


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """What differs between two editions, with the words that came and went."""
    return [
        {"field": name, "words": mark_changes(before[name], after[name])}
        for name in _SAID
        if before[name] != after[name]
    ]


def _column_of(pointer: str) -> str | None:
    """The field that a fault leads back to."""
    parts = [part for part in pointer.split("/") if part and part != "changes"]
    return parts[0] if parts and parts[0] in {*_SAID, *_ABOUT} else None


def draw_negotiation_sheet(
    page: Page, sheet: NegotiationSheet, status: int = HTTPStatus.OK
) -> Response:
    """Draw the form, with what it would change where it was tried."""
    typed, faults = sheet.typed, sheet.faults
    why = "for the audit: how you know"
    public = "the day on which this was published, such as 2025-09-11; empty: the time of recording"
    who = write_parties(typed["parties"])
    content_fields = [
        text_field("title", "Title", typed, faults, needed=True),
        text_field("parties", "Parties", typed, faults, who, several=True),
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
        title=sheet.seen.content["title"],
        sheet=sheet,
        groups=[
            FieldGroup(title="The negotiation", fields=content_fields),
            FieldGroup(title="About the change", fields=about),
        ],
        wrong=[field for field in (*content_fields, *about) if field.fault],
        others=sheet.others,
    )
