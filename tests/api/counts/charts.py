"""A record for pictures, and helpers that read the data of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.api.asking import TALKS, Client, count

if TYPE_CHECKING:
    from collections.abc import Iterator

CHARTS: Final = f"{TALKS}/charts"


def fill_record(client: Client) -> str:
    """Record releases over months, one vague, and two counts of people held; gives the address of the last release."""
    client.open()
    client.record(quantities=count(16), valid="2025-06-21")
    client.record(quantities=count(52), valid="2025-09-11", matter="september")
    client.record(quantities=count(50), valid="2025-09-11", matter="september")
    held = [{"what": "held", "text": "at least 1100"}]
    for valid in ("2025-07", "2025-10-01"):
        client.record(
            kind="prisoner_count", valid=valid, population="p", counted_by="V", quantities=held
        )
    return client.record(quantities=count(31), valid="2025-10/2025-11").headers["location"]


def read_spec(client: Client, chart: str, query: str) -> dict[str, Any]:
    """The Vega-Lite spec of a picture."""
    answer = client.http.get(f"{CHARTS}/{chart}.vl.json?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def list_rows(part: object) -> Iterator[dict[str, Any]]:
    """All data rows within a spec."""
    if isinstance(part, dict):
        yield from part.get("values", ()) if isinstance(part.get("values"), list) else ()
        for each in part.values():
            yield from list_rows(each)
    elif isinstance(part, list):
        for each in part:
            yield from list_rows(each)


def fill_offices(client: Client) -> None:
    """Record a post with two holders one after the other, a post that two people claim, and measures."""
    client.open()
    held = (
        ("Ann", "envoy", "2025-01/2025-03-10"),
        ("Bo", "envoy", "2025-06-10/2025-08-01"),
        ("Cy", "minister", "2025-02-01/.."),
        ("Di", "minister", "2025-04-01/.."),
    )
    for person, post, valid in held:
        client.record(kind="appointment", person=person, post=post, valid=valid)
    for action, stage, valid in (
        ("imposed", "in_force", "2025-01-05"),
        ("lifted", "discussed", "2025-05"),
        ("lifted", "in_force", "2025-09-01"),
    ):
        client.record(
            kind="measure", authority="A", target="T", action=action, stage=stage, valid=valid
        )


def read_table(found: dict[str, Any]) -> list[list[Any]]:
    """The rows of a picture's table."""
    list_rows: list[list[Any]] = found["usermeta"]["table"]["rows"]
    return list_rows
