"""Shows similar facts and the rivals of a fact beside its form, each with its words."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from api.http.exchange.in_process import ask_on_behalf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.web.page import Page

MOST_SIMILAR: Final = 3
MOST_RIVALS: Final = 10


async def name_beside(page: Page, record: Mapping[str, Any]) -> dict[str, Any]:
    """Give {similar, rivals}: the first facts of each, in short, from the answer to a dry run."""
    similar = []
    for id_ in record.get("similar", ())[:MOST_SIMILAR]:
        reply = await ask_on_behalf(page.request, f"/v1/facts/{id_}")
        if reply.status == HTTPStatus.OK:
            answer = json.loads(reply.body)
            similar.append({"id": id_, **answer["fact"]})
    known = {fact["id"] for fact in similar}
    rivals = [rival for rival in record.get("rivals", ()) if rival["id"] not in known]
    return {
        "similar": similar,
        "rivals": rivals[:MOST_RIVALS],
        "rivals_more": len(rivals[MOST_RIVALS:]),
    }
