"""Reads the fact that somebody saw when they opened a form, and what others have changed in it since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from api.http.exchange.in_process import ask_on_behalf
from api.http.problems import RefusedError
from api.web.page_route import PageRefusedError
from api.web.words.wording import words_of_changes
from domain.fact import differences

if TYPE_CHECKING:
    from api.web.page import Page

_RETRACTED: Final = "retracted"


@dataclass(frozen=True)
class SeenRecord:
    """The record of a fact when it was seen, the version that a change has to name, and whether it was withdrawn."""

    record: dict[str, Any]
    version: int
    withdrawn: bool = False

    @property
    def tag(self) -> str:
        """What If-Match names."""
        return f'"{self.version}"'


async def read_seen(page: Page, fact_id: str, position: str | None) -> SeenRecord:
    """Give the fact as it stood at a position, or stands; PageRefusedError where it is not seen or was withdrawn."""
    parameters = {} if position is None else {"position": position}
    record = await page.ask(f"/v1/facts/{quote(fact_id, safe='')}", parameters, cuts={})
    _check(page, record)
    return SeenRecord(record, record["version"])


async def read_withdrawn(page: Page, fact_id: str) -> SeenRecord:
    """Give a fact that was withdrawn, as it stood before."""
    history = await page.ask(f"/v1/facts/{quote(fact_id, safe='')}/history", cuts={})
    last = history["items"][-1]
    if last["event"] != "fact.retracted":
        raise RefusedError(
            "state", "/path/fact", "this fact was not withdrawn: there is nothing to take back"
        )
    record = await page.ask(
        f"/v1/facts/{quote(fact_id, safe='')}", {"position": str(last["position"] - 1)}, cuts={}
    )
    _check(page, record)
    return SeenRecord(record, last["version"], withdrawn=True)


async def read_standing_or_withdrawn(page: Page, fact_id: str) -> SeenRecord:
    """Give a fact as it stands, or as it stood before it was withdrawn."""
    try:
        return await read_seen(page, fact_id, None)
    except PageRefusedError as error:
        if error.reply.status != HTTPStatus.GONE:
            raise
    return await read_withdrawn(page, fact_id)


async def changes_since(
    page: Page, seen: SeenRecord
) -> tuple[SeenRecord | None, list[dict[str, Any]]]:
    """Give the fact as it stands by now, None where it does not, and its changes since it was seen, in words."""
    address = f"/v1/facts/{seen.record['id']}"
    reply = await ask_on_behalf(page.request, address)
    if reply.status != HTTPStatus.OK:
        return None, []
    record = json.loads(reply.body)
    now = SeenRecord(record, record["version"])
    return now, changes_in_words(seen.record, record)


def changes_in_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What differs between two records of a fact, field by field, with the words that came and went."""
    changes = list(differences(before["fact"], after["fact"]))
    for name in ("status", "preferred"):
        old, new = before[name], after[name]
        if old != new and (name == "preferred" or _RETRACTED in {old, new}):
            changes.append({"field": name, "before": _in_words(old), "after": _in_words(new)})
    return words_of_changes(changes)


def _in_words(value: object) -> str:
    return value if isinstance(value, str) else "yes" if value else "no"


def _check(page: Page, record: Mapping[str, Any]) -> None:
    """RefusedError for a fact of another negotiation than the address names."""
    if record["negotiation"] != page.slug:
        raise RefusedError("unknown", "/path/fact", "this negotiation has no such fact")
