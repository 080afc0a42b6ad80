"""Counts of prisoners by Viasna, short to write in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.api.answers.claims.reports import make_report

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Body


def count_by_viasna(what: str | None, number: int = 0, **fields: Any) -> Body:  # noqa: ANN401 -- a fact's fields
    """A count of prisoners by Viasna, of something, or without a number."""
    return split_by_viasna(*([] if what is None else [(what, number)]), **fields)


def split_by_viasna(*numbers: tuple[str, int], **fields: Any) -> Body:  # noqa: ANN401 -- a fact's fields
    """A count of prisoners by Viasna that gives several numbers."""
    who = {"population": "political prisoners", "counted_by": "Viasna"}
    quantities = [{"what": what, "value": number} for what, number in numbers]
    return make_report("prisoner_count", "Viasna", **{**who, "quantities": quantities, **fields})
