"""EDTF beside the library `edtf`; the codec beside the library's JSON transcoder."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import edtf
from eventsourcing.persistence import JSONTranscoder

from domain.fact import as_primitives
from domain.streams.ledger import decide_new_fact
from domain.streams.negotiation import negotiation_id
from domain.time.edtf_moment import read_moment
from infrastructure.log.codec import EventCodec
from tests.benchmarks.measure import Ratio, side_by_side
from tests.benchmarks.population import day
from tests.examples import full_fact

if TYPE_CHECKING:
    from collections.abc import Iterator

DATES: Final = [day(number) for number in range(0, 16_000, 200)]
EVENTS: Final = 200


def ratios() -> Iterator[Ratio]:
    """Parsing and decoding."""
    yield side_by_side(
        f"parse {len(DATES)} dates",
        lambda: [read_moment(text, 0, len(text)) for text in DATES],
        lambda: [edtf.parse_edtf(text) for text in DATES],
        "edtf.parse_edtf",
    )
    codec, transcoder = EventCodec(), JSONTranscoder()
    event = decide_new_fact(negotiation_id("talks"), full_fact("release"), "bench")
    stored = codec.to_stored_event(event)
    encoded = transcoder.encode({"fact": as_primitives(event.fact)})
    yield side_by_side(
        f"decode {EVENTS} events",
        partial(_times, lambda: codec.to_domain_event(stored)),
        partial(_times, lambda: transcoder.decode(encoded)),
        "the library's transcoder, to bare dicts",
    )


def _times(do: object) -> None:
    for _ in range(EVENTS):
        do()  # type: ignore[operator]
