"""After an erasure by one server, another server on the same database shows the fact on no cached page or picture."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import httpx
import pytest

from tests.cli.workers import PROGRAM
from tests.forking import Forked
from tests.importing.lines import SLUG
from tests.plain_http import PLAIN

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

pytestmark = pytest.mark.either_database

NAME: Final = "John Coale"
PAGES: Final = ("", "/timeline", "/people", "/pictures/posts")
CHARTS: Final = f"/v1/negotiations/{SLUG}/charts/posts"


def _serve(parley: Shell, stack: ExitStack) -> httpx.Client:
    """Start a server on a port of its own; gives a function that reads from it."""
    given = {**os.environ, **parley.settings, "PARLEY_PORT": "0"}
    command = [*PROGRAM, "serve", "--json"]
    process = stack.enter_context(Forked(command, env=given, stdout=subprocess.PIPE, text=True))
    stack.callback(process.terminate)
    assert process.stdout is not None
    address = json.loads(process.stdout.readline())["listening"]
    reader = httpx.Client(
        base_url=address, headers={"Accept": "text/html,*/*"}, timeout=60, verify=PLAIN
    )
    return stack.enter_context(reader)


def test_an_erasure_drops_what_another_server_keeps_of_pages_and_pictures(parley: Shell) -> None:
    parley.out("settings", SLUG, "--no-review-erasure")
    made = parley.out("keys", "create", "Ann", "--scope", "fact:read,erase", "--json")
    with ExitStack() as stack:
        first, second = (_serve(parley, stack) for _ in range(2))
        timeline = f"/v1/negotiations/{SLUG}/timeline?kind=appointment"
        listed = first.get(timeline).json()
        (named,) = listed["items"]
        at = f"?position={listed['perspective']['position']}"
        texts = [*(f"/n/{SLUG}{page}{at}" for page in PAGES), f"{CHARTS}.svg{at}", f"{CHARTS}.vl.json{at}"]  # fmt: skip
        both = [(reader, address) for reader in (first, second) for address in texts]
        for reader, address in both * 2:
            answer = reader.get(address)
            assert (answer.status_code, NAME in answer.text) == (200, True), address
        drawn = {reader.get(f"{CHARTS}.png{at}").content for reader in (first, second)}
        assert len(drawn) == 1
        erased = first.post(
            f"/v1/facts/{named['id']}/erasure",
            json={"reason": "They asked for it"},
            headers={"Authorization": f"Bearer {json.loads(made)['key']}", "If-Match": "*"},
        )
        assert erased.status_code == 200, erased.text
        for reader, address in both:
            answer = reader.get(address)
            assert (answer.status_code, NAME in answer.text) == (200, False), address
        for reader in (first, second):
            assert reader.get(f"{CHARTS}.png{at}").content not in drawn
