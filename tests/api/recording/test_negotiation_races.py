"""Concurrent changes of one negotiation are all answered, without an error of the server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.api.asking import TALKS

if TYPE_CHECKING:
    from tests.api.asking import Client

AT_ONCE = 24


def test_settings_that_many_change_at_once_are_all_changed(client: Client) -> None:
    client.open()

    def change(n: int) -> int:
        return client.post(f"{TALKS}/settings", {"members": [f"Member {n}"]}).status

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(change, range(AT_ONCE))) == {200}


def test_snapshots_that_many_take_at_once_are_all_taken(client: Client) -> None:
    client.open()

    def take(n: int) -> int:
        return client.post(f"{TALKS}/snapshots", {"name": f"s{n}"}).status

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(take, range(AT_ONCE))) == {201}
