"""A separate process draws pictures and may be killed; a small cache keeps them until an erasure drops them."""

from __future__ import annotations

import json
import os
import resource
import signal
import time

import pytest

from api.commands.charts.renderer import DrawingError, Pictures, Renderer, renderer
from tests.api.asking import TALKS, Client
from tests.api.counts.charts import CHARTS, fill_record

pytestmark = pytest.mark.either_database


def test_after_the_process_was_killed_the_next_picture_is_drawn(client: Client) -> None:
    fill_record(client)
    assert client.http.get(f"{CHARTS}/held.svg?as_of=2025-12").status_code == 200
    pid = renderer().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert client.http.get(f"{CHARTS}/held.svg?as_of=2025-11").status_code == 200
    assert renderer().pid != pid


def test_a_process_that_was_warmed_draws_at_once_and_ends_when_nobody_asks() -> None:
    drawing = Renderer(patience=0.4)
    try:
        drawing.warm()
        first = drawing.pid
        assert first is not None
        began = time.monotonic()
        drawing.draw({"mark": "point", "data": {"values": [{"a": 1}]}}, "svg")
        assert time.monotonic() - began < 0.4
        assert drawing.pid == first
        os.waitpid(first, 0)
        assert drawing.draw({"mark": "point", "data": {"values": []}}, "svg").picture
        assert drawing.pid != first
    finally:
        drawing.close()


def test_an_erasure_drops_what_was_kept(client: Client) -> None:
    address = fill_record(client)
    assert client.post(f"{TALKS}/settings", {"review_erasure": False}).status == 200
    kept: Pictures = client.http.app.state.pictures  # type: ignore[attr-defined]
    path = f"{CHARTS}/releases.svg?as_of=2025-12&position=7"
    before = client.http.get(path).content
    assert kept.size >= len(before)
    gone = client.post(f"{address}/erasure", {"reason": "They asked for it"}, if_match="*")
    assert gone.status == 200, gone.json
    after = client.http.get(path).content
    assert after != before
    read_table = client.http.get(path.replace(".svg", ".vl.json")).json()
    narrow = path.replace(".svg?", ".vl.json?width=narrow&")
    both = [read_table, client.http.get(narrow).json()]
    assert kept.size == len(after) + len(json.dumps(both))


def test_what_is_kept_has_so_many_bytes_at_most_and_a_bad_spec_is_refused() -> None:
    drawing = Renderer()
    pictures = Pictures(drawing, most=6_000)
    simple = {"mark": "point", "data": {"values": [{"a": 1}]}}
    try:
        for number in range(5):
            pictures.draw("talks", 0, {**simple, "title": str(number)}, "svg")
            assert pictures.size <= 6_000
        assert pictures.draw("talks", 0, {**simple, "title": "4"}, "svg").seconds == 0
        with pytest.raises(DrawingError):
            pictures.draw("talks", 0, {"mark": 7}, "svg")
    finally:
        drawing.close()


def test_a_process_with_many_connections_draws() -> None:
    """A descriptor above 1,023 is nothing that select() takes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4_096)), hard))
    many = [os.open(os.devnull, os.O_RDONLY)]
    drawing = Renderer()
    try:
        while many[-1] < 1_100:
            many.append(os.dup(many[0]))
        assert drawing.draw({"mark": "bar", "data": {"values": []}}, "svg").picture
    finally:
        drawing.close()
        for each in many:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
