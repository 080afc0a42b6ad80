"""Makes the form of a negotiation's settings: who sees it, and which changes need a second person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from api.web.forms.answer import draw_form
from api.web.forms.change_fields import choice, lines_of_field, text_field
from api.web.forms.fields import FieldGroup
from api.web.page_route import PageRefusedError

if TYPE_CHECKING:
    from starlette.responses import Response

    from api.web.page import Page

_YES: Final = "needs two people"
_NO: Final = "needs one person"
_REVIEWS: Final = ("review_record", "review_erasure")
_FIELDS: Final = ("visibility", "members", *_REVIEWS)


@dataclass
class SettingsSheet:
    """The form as it is filled in; `tag` is the ETag of the settings that were seen."""

    typed: dict[str, str]
    tag: str
    key: str = field(default_factory=lambda: uuid4().hex)
    faults: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    is_overtaken: bool = False

    @property
    def body(self) -> dict[str, Any]:
        """The body to send."""
        typed = self.typed
        reviews = {name: typed[name] == _YES for name in _REVIEWS}
        members = lines_of_field(typed["members"])
        return {"visibility": typed["visibility"], "members": members, **reviews}


async def read_settings_sheet(page: Page) -> SettingsSheet:
    """Give the form, filled in with the settings as they stand."""
    reply = await page.answer(f"{page.root}/settings", {})
    settings = json.loads(reply.body)
    reviews = {name: _YES if settings[name] else _NO for name in _REVIEWS}
    members = "\n".join(settings["members"])
    typed = {"visibility": settings["visibility"], "members": members, **reviews}
    return SettingsSheet(typed, reply.headers["etag"])


def settings_typed(fields: Mapping[str, str]) -> dict[str, str]:
    """What was written in the fields that the form has."""
    return {name: fields.get(name, "") for name in _FIELDS}


async def draw_settings(page: Page, sheet: SettingsSheet, status: int = HTTPStatus.OK) -> Response:
    """Draw the form, with the negotiation's title where one may see it."""
    typed, faults = sheet.typed, sheet.faults
    public = "private: for anybody but its members it does not seem to exist"
    members = "who sees it while it is private: names as on their keys, one a line"
    fields = [
        choice("visibility", "Read by", ("public", "private"), typed, faults, public),
        text_field("members", "Members", typed, faults, members, several=True),
        choice("review_record", "To correct or withdraw", (_NO, _YES), typed, faults),
        choice("review_erasure", "To erase", (_NO, _YES), typed, faults),
    ]
    return draw_form(
        page,
        "settings",
        status,
        here="/settings",
        title=await _title(page),
        sheet=sheet,
        groups=[
            FieldGroup(title="Who sees it", fields=fields[:2]),
            FieldGroup(title="How many people a change takes", fields=fields[2:]),
        ],
        wrong=[form_field for form_field in fields if form_field.fault],
        others=sheet.others,
    )


async def _title(page: Page) -> str:
    """The title; the short name for an admin who is no member of a private negotiation."""
    try:
        await page.ask("/timeline", {"limit": "1"}, cuts={})
    except PageRefusedError:
        return page.slug or ""
    return await page.title()
