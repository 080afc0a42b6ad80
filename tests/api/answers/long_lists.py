"""A record of many people, and helpers that read the lists of its state page by page to the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.api.asking import TALKS, fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.api.asking import Client

PEOPLE: Final = 450
STATE: Final = f"{TALKS}/state"
AT: Final = "as_of=2025-11-22"


def make_custody(number: int) -> dict[str, Any]:
    """Facts about people in custody; their names are in no order, and in upper and lower case."""
    name = f"{'Person' if number % 2 else 'PERSON'} {number * 7919 % 10_000:04}"
    return fact(kind="custody", person=name, status="detained", valid="2025-01", summary=name)


def import_facts(client: Client, facts: Iterable[dict[str, Any]]) -> None:
    lines = b"\n".join(json.dumps(each).encode() for each in facts)
    answer = client.post(f"{TALKS}/import", lines, content_type="application/x-ndjson")
    assert answer.status == 200, answer.json


def read_whole_state(client: Client, name: str = "all") -> dict[str, Any]:
    """The whole state, read from a new snapshot."""
    assert client.post(f"{TALKS}/snapshots", {"name": name, "as_of": "2025-11-22"}).status == 201
    answer = client.get(f"{TALKS}/snapshots/{name}")
    assert answer.status == 200
    content: dict[str, Any] = answer.json["content"]
    return content


def follow_pages(
    client: Client, more: dict[str, Any], between: Callable[[], object] = lambda: None
) -> list[Any]:
    """The items of a list after its first ones, page by page."""
    items, address = [], more["href"]
    while address is not None:
        page = client.get(address)
        assert page.status == 200, page.json
        assert len(page.json["items"]) <= 100
        items += page.json["items"]
        cursor = page.json["next"]
        address = None if cursor is None else f"{more['href'].partition('?')[0]}?cursor={cursor}"
        between()
    return items
