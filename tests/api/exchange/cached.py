"""Addresses of answers that may be cached, and a record that gives them."""

from __future__ import annotations

from tests.api.asking import TALKS, Client, count

FIXED = "public, max-age=600"
VIEWS = [
    TALKS,
    "/v1/negotiations",
    "/v1/negotiations?limit=1",
    f"{TALKS}/timeline",
    f"{TALKS}/people",
    f"{TALKS}/timeline?as_of=2025-11-22&limit=2",
    f"{TALKS}/tally?what=released",
    f"{TALKS}/diff?from=2020",
    f"{TALKS}/audit",
    f"{TALKS}/moments?by=day",
    "/v1/changes",
    "/v1/changes?after=1&limit=2",
]


def fill_record(client: Client) -> str:
    client.open()
    for number in (52, 50, 16):
        address = client.record(quantities=count(number), valid=f"2025-0{number % 7 + 1}")
    client.open("visits")
    return address.headers["location"]


def add_parameters(path: str, parameters: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{parameters}"
