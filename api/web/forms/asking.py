"""Sends a form's change to the API, as a dry run or to make it once, and reads the API's answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from anyio import sleep

from api.http.exchange.in_process import Reply, ask_on_behalf

if TYPE_CHECKING:
    from api.web.page import Page

_ANSWERED: Final = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED})
_SHOWN_AGAIN: Final = frozenset(
    {HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""The refusals after which a form is shown again."""
_UNDER_WAY: Final = ":under-way"
_TRIES: Final = 40
_PAUSE: Final = 0.25


@dataclass(frozen=True)
class Outcome:
    """What the API said: its status and JSON, and the details of its faults, by their pointers."""

    status: int
    content: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether it was accepted."""
        return self.status in _ANSWERED

    @property
    def is_proposed(self) -> bool:
        """Whether it became, or would become, a change request."""
        return "op" in self.content and "proposer" in self.content

    @property
    def is_stale(self) -> bool:
        """Whether the fact was changed since the form was opened."""
        return self.status == HTTPStatus.PRECONDITION_FAILED

    def faults(self, column_of: Callable[[str], str | None]) -> tuple[dict[str, str], list[str]]:
        """The faults by the columns that they lead to, and those that lead to none."""
        placed: dict[str, str] = {}
        others: list[str] = []
        if self.is_done:
            return placed, others
        for error in self.content.get("errors", ()):
            column = column_of(error["pointer"])
            if column is None or column in placed:
                others.append(error["detail"])
            else:
                placed[column] = error["detail"]
        if not placed and not others:
            others.append(self.content["detail"])
        return placed, others


@dataclass(kw_only=True)
class FormSheet:
    """The common part of every form that changes something; it does not hold what was seen and typed.

    `digest` is that of the change request that this one replaces; empty if there is none. `since` lists the changes
    that others made meanwhile; None if there are none.
    """

    key: str = field(default_factory=lambda: uuid4().hex)
    faults: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    since: list[dict[str, Any]] | None = None
    digest: str = ""

    @property
    def is_checked(self) -> bool:
        """Whether it was tried, and can be done or proposed."""
        return self.outcome is not None and self.outcome.is_done


async def send_change(
    page: Page,
    address: str,
    body: Mapping[str, Any],
    *,
    dry: bool,
    key: str | None = None,
    seen: str | None = None,
) -> Outcome:
    """Try a change, or make it under an idempotency key, on the version that was `seen`.

    A second request of one click waits for the first, and is answered alike. PageRefusedError where the API refuses it
    for another reason than what was written.
    """
    fields = {"content-type": "application/json"}
    if key and not dry:
        fields["idempotency-key"] = key
    if seen is not None:
        fields["if-match"] = seen
    sent = json.dumps(body).encode()
    return await send_body(page, f"{address}?dry_run=true" if dry else address, sent, fields)


async def send_body(page: Page, target: str, body: bytes, fields: Mapping[str, str]) -> Outcome:
    """Send a body to an address of the API, with fields of the header; as `send_change`."""
    reply = await ask_on_behalf(page.request, target, "POST", body, fields)
    for _ in range(_TRIES):
        if reply.status != HTTPStatus.CONFLICT or not _kind(reply).endswith(_UNDER_WAY):
            break
        await sleep(_PAUSE)
        reply = await ask_on_behalf(page.request, target, "POST", body, fields)
    if reply.status not in _ANSWERED | _SHOWN_AGAIN:
        page.refuse(reply)
    return Outcome(reply.status, json.loads(reply.body), reply.headers)


def _kind(reply: Reply) -> str:
    return str(json.loads(reply.body).get("type", ""))
