"""Handles a form that changes a fact: reads it, tries the change, and shows the form again with the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from api.web.forms.answer import draw_form
from api.web.forms.asking import FormSheet, Outcome, send_change
from api.web.forms.beside import name_beside
from api.web.forms.deeds import Deed
from api.web.forms.fields import count_shown
from api.web.forms.names import Typing, names_known
from api.web.forms.standing import SeenRecord, changes_in_words, changes_since

if TYPE_CHECKING:
    from starlette.responses import Response

    from api.web.page import Page


@dataclass
class FactSheet(FormSheet):
    """A form as it is filled in, on the fact as it was seen."""

    deed: Deed
    seen: SeenRecord
    typed: dict[str, str]
    shown: dict[str, int] = field(default_factory=dict)

    @property
    def record(self) -> dict[str, Any]:
        """The fact as it would be after the change; as it was seen if nothing was checked."""
        if self.outcome is None or not self.outcome.is_done or self.deed.asks_again:
            return self.seen.record
        record: dict[str, Any] = self.outcome.content.get("record", self.outcome.content)
        return record


def sheet_of(deed: Deed, seen: SeenRecord, fields: Mapping[str, str]) -> FactSheet:
    """The form that was sent."""
    typed = deed.read_typed(seen.record, fields)
    sheet = FactSheet(deed, seen, typed, count_shown(fields))
    sheet.key, sheet.digest = fields.get("key", ""), fields.get("digest", "")
    act = fields.get("do", "")
    if act.startswith("add-"):
        singular = act.removeprefix("add-")
        sheet.shown[singular] = sheet.shown.get(singular, 1) + 1
    return sheet


async def send_sheet(
    page: Page, sheet: FactSheet, address: str, *, dry: bool, seen: str | None = None
) -> Outcome:
    """Try what was written, or send it to an address, on the fact as it was `seen`; its faults go to their fields."""
    body, cells = sheet.deed.body(sheet.seen.record, sheet.typed)
    tag = sheet.seen.tag if seen is None else seen
    outcome = await send_change(page, address, body, dry=dry, key=sheet.key, seen=tag)
    sheet.outcome = outcome
    sheet.faults, sheet.others = outcome.faults(cells.column_of)
    if not outcome.is_done:
        sheet.key = uuid4().hex
    if outcome.is_stale and seen is None:
        await _take_up(page, sheet)
    return outcome


async def _take_up(page: Page, sheet: FactSheet) -> None:
    """Include what others changed meanwhile: untouched fields show the new values, other fields what was typed."""
    now, sheet.since = await changes_since(page, sheet.seen)
    sheet.faults, sheet.others = {}, []
    if now is None:
        sheet.others = ["the fact was withdrawn or erased meanwhile: open its page"]
        return
    opened, standing = (sheet.deed.fill_in(fact.record) for fact in (sheet.seen, now))
    for name in {*opened, *standing}:
        if sheet.typed.get(name, "").strip() == opened.get(name, ""):
            sheet.typed[name] = standing.get(name, "")
    sheet.seen = now


async def draw_sheet(
    page: Page, sheet: FactSheet, status: int = HTTPStatus.OK, typing: Typing | None = None
) -> Response:
    """Draw the form and, after a check, what it would change."""
    corrects = sheet.deed.name == "correct"
    names = await names_known(page, typing) if corrects else {}
    groups = sheet.deed.groups(sheet.seen.record, sheet.typed, sheet.faults, sheet.shown)
    fields = [form_field for group in groups for form_field in (*group.fields, *group.more)]
    placed = {form_field.column for form_field in fields}
    others = [detail for column, detail in sheet.faults.items() if column not in placed]
    checked = sheet.is_checked
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
        wrong=[form_field for form_field in fields if form_field.fault],
        others=[*sheet.others, *others],
        names=names,
        checked=checked,
        changes=changes_in_words(sheet.seen.record, sheet.record) if checked else [],
        beside=await name_beside(page, sheet.record)
        if checked and not sheet.deed.asks_again
        else {},
    )
