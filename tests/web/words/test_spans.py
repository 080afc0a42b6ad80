"""A date is drawn between its bounds: solid where it is certain, hatched where it is only possible."""

from __future__ import annotations

from typing import Any

import pytest

from api.web.spans import WIDTH, Axis, axis_of
from domain.time.instant import parse_cut, parse_instant
from domain.time.valid_time import ValidTime
from domain.views.brief import describe_instant

YEAR = Axis(parse_instant("2025-01-01T00:00:00Z"), parse_cut("2025"))


def bounds(valid: str) -> dict[str, Any]:
    """The bounds as a fact record has them."""
    found = ValidTime.parse(valid).bounds
    names = ("start_earliest", "start_latest", "end_earliest", "end_latest")
    return {name: describe_instant(getattr(found, name)) for name in names}


@pytest.mark.parametrize(
    ("valid", "drawn"),
    [
        ("2025-01-01", [(0, 5, True)]),
        ("2025", [(0, WIDTH, False)]),
        ("[2025-07-02..]", [(499, 501, False)]),
        ("[..2025-07-02]", [(0, 501, False)]),
        ("2025-01-01/2025-07-01", [(0, 5, True), (3, 493, True), (496, 5, True)]),
        ("2025-01-01/2025", [(0, 5, True), (3, 997, False)]),
        ("2025-07-02/..", [(499, 5, True)]),
        ("../2025-07-01", [(0, 5, True), (0, 496, True), (496, 5, True)]),
        ("-0044", [(0, 5, False)]),
        ("Y12000", [(995, 5, False)]),
    ],
)
def test_a_date_is_drawn_within_its_bounds(
    valid: str, drawn: list[tuple[float, float, bool]]
) -> None:
    spans = YEAR.spans(bounds(valid), valid)
    assert [(round(span.start), round(span.width), span.sure) for span in spans] == drawn


def test_an_axis_reaches_from_the_first_beginning_to_the_last() -> None:
    def record(valid: str) -> dict[str, Any]:
        return {"valid_bounds": bounds(valid), "fact": {"valid": valid}}

    assert axis_of([record("../2025"), record("[2025..]")]) is None
    assert axis_of([record("2025-01-01")]) is None
    axis = axis_of([record("-0044"), record("Y12000"), record("Y170000002")])
    assert axis is not None
    assert axis.place(parse_instant("-000044-01-01T00:00:00Z")) == 0
    assert axis.place(parse_instant("+012001-01-01T00:00:00Z")) == WIDTH
