"""Tallies of a log, read as a whole, bucket by bucket, or up to a day."""

from __future__ import annotations

from typing import Any

from domain.time.instant import parse_cut
from domain.views.counting.points import By, bucket, bucket_name
from domain.views.counting.query import TallyQuery
from domain.views.counting.tally import Tally, add_hints, tally
from tests.examples import count, fact
from tests.written_log import Log

RELEASED = TallyQuery(what="released", by="day")


def tally_log(log: Log, what: str = "released", by: By = "month", **at: Any) -> dict[str, Any]:  # noqa: ANN401 -- as a log takes it
    totals = tally(log.slice(**at), log.perspective(**at), TallyQuery(what=what, by=by))
    return read_whole(totals if totals.lists["facts"] else add_hints(totals, log.slice(**at)))


def read_whole(found: Tally) -> dict[str, Any]:
    """All pages of a tally, joined."""
    answer, place = found.page(None, 2)
    while place is not None:
        page, place = found.page(place, 2)
        for name, listed in page.items():
            if isinstance(listed, list):
                answer[name] += listed
    return answer


def list_points(answer: dict[str, Any]) -> list[tuple[str, int, int | None]]:
    """(bucket, low, high) of every bucket, also of those that a point joins."""
    return [(at, point["low"], point["high"]) for at, point in spread_points(answer)]


def spread_points(answer: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    by = answer["by"]
    return [
        (bucket_name(number, by), point)
        for point in answer["points"]
        for number in range(
            bucket(parse_cut(point["at"]), by), bucket(parse_cut(point["until"]), by) + 1
        )
    ]


def write_releases(*releases: tuple[str, Any]) -> Log:
    log = Log()
    for valid, value in releases:
        quantities = value if isinstance(value, tuple) else count(value)
        log.record(fact("release", valid=valid, quantities=quantities))
    return log


def sum_until(log: Log, to: str) -> dict[str, Any]:
    """The total of people released by the end of a day, as of a later day."""
    query = TallyQuery(what="released", by="month", to=parse_cut(to))
    total: dict[str, Any] = read_whole(tally(log.slice(), log.perspective(), query))["total"]
    return total
