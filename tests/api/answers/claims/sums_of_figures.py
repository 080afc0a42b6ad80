"""Figures that grow from report to report, beside increments, and their total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.api.answers.claims.reports import tell_release

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Sums

FIGURES: Final[Sums] = {
    "a cumulative figure alone": (
        [tell_release(40, basis="cumulative")],
        (40, None, "at least 40", False, 0),
    ),
    "so far, by its words": (
        [
            tell_release("1,000 so far", valid="2025-09-01"),
            tell_release("1,259 so far", valid="2025-10-01"),
        ],
        (1_259, None, "at least 1259", False, 0),
    ),
    "a number that may be of one event, after a larger sum": (
        [
            tell_release(60),
            tell_release("52, during talks in Minsk", "AP", valid="2025-10-01"),
        ],
        (60, None, "at least 60", False, 0),
    ),
    "a number that may be of one event, larger than the sum": (
        [
            tell_release(14),
            tell_release("52, at the end of September", "AP", valid="2025-10-01"),
        ],
        (52, None, "at least 52", False, 0),
    ),
    "so far, and later a number over some time that is lower": (
        [
            tell_release("1,000 so far", valid="2025-06"),
            tell_release("52, in two groups", valid="2025-10-01"),
            tell_release("60, this year", "AP", valid="2025-10-02"),
            tell_release("70, after the elections", "AFP", valid="2025-10-03"),
        ],
        (1_000, None, "at least 1000", False, 0),
    ),
    "a number over some time, and later fewer so far": (
        [
            tell_release("52, in two groups"),
            tell_release("40 so far", "AP", valid="2025-10-01"),
        ],
        (40, None, "at least 40", True, 0),
    ),
    "a number over some time that is said to be cumulative": (
        [
            tell_release(60),
            tell_release("52, in two groups", "AP", valid="2025-10-01", basis="cumulative"),
        ],
        (52, None, "at least 52", True, 0),
    ),
    "a counter that takes back": (
        [
            tell_release("at least 40", basis="cumulative"),
            tell_release("at least 30", basis="cumulative", valid="2025-10-01"),
        ],
        (30, None, "at least 30", False, 0),
    ),
    "counters that cannot both be right": (
        [
            tell_release(40, basis="cumulative"),
            tell_release(30, "AP", basis="cumulative", valid="2025-10-01"),
        ],
        (30, None, "at least 30", True, 0),
    ),
    "later figures of some, or of a shorter time": (
        [
            tell_release("1,000 so far", valid="2025-09-01"),
            tell_release("50 so far", "AP", population="women", valid="2025-10-01"),
            tell_release("52 since January", "AFP", valid="2025-10-01"),
            tell_release("20 since the summer", "Babel", valid="2025-10-02"),
            tell_release(30, "dpa", basis="cumulative", valid="2025-07/2025-11"),
        ],
        (1_000, None, "at least 1000", False, 0),
    ),
    "figures since one month that cannot both be right": (
        [
            tell_release("90 since January"),
            tell_release("52 since January", "AP", valid="2025-10-01"),
        ],
        (52, None, "at least 52", True, 0),
    ),
    "more women than all a month later": (
        [
            tell_release("100 so far", population="women"),
            tell_release("50 so far", "AP", valid="2025-10-01"),
            tell_release("20 so far", "AFP", population="foreigners", valid="2025-10-01"),
        ],
        (50, None, "at least 50", True, 0),
    ),
    "increments that reach more than a later figure": (
        [
            tell_release(52),
            tell_release(14, valid="2025-10-01"),
            tell_release("60 so far", "AP", valid="2025-11-05"),
        ],
        (60, None, "at least 60", True, 0),
    ),
    "increments after a figure": (
        [
            tell_release(52),
            tell_release("fewer than 50 so far", "AP", valid="2025-11-05"),
            tell_release(14, valid="2025-11-05"),
            tell_release(3, valid="2025-11"),
        ],
        (17, None, "at least 17", True, 0),
    ),
    "increments that a figure does not count": (
        [
            tell_release(52, valid="2024-09-11"),
            tell_release(14, population="women"),
            tell_release("10 since January", "AP", valid="2025-11-05"),
            tell_release(20, "AFP", basis="cumulative", valid="2025-01/2025-11-05"),
            tell_release("15 so far", "dpa", population="women", valid="2025-11-05"),
            tell_release("dozens so far", "Babel", valid="2025-11-05"),
            tell_release("about 40 so far", "BelTA", valid="2025-11-05"),
        ],
        (66, None, "at least 66", False, 0),
    ),
    "increments of some that reach more than a later figure of them": (
        [
            tell_release(52),
            tell_release(14, population="women"),
            tell_release("10 so far", "AP", population="women", valid="2025-11"),
        ],
        (62, None, "at least 62", True, 0),
    ),
    "increments that reach more than a figure of their time": (
        [
            tell_release(52, valid="2024-09-11"),
            tell_release(14),
            tell_release(10, "AP", basis="cumulative", valid="2025-01/2025-11"),
        ],
        (62, None, "at least 62", True, 0),
    ),
    "increments that reach less": (
        [
            tell_release(50),
            tell_release(30, valid="2025-10-01"),
            tell_release(100, basis="cumulative", valid="2025-10"),
        ],
        (100, None, "at least 100", False, 0),
    ),
    "increments and waves since January": (
        [tell_release(52), tell_release("dozens", basis="cumulative", valid="2025-01/2025-11")],
        (52, None, "at least 52", False, 0),
    ),
    "every day of a month, and a figure that is higher": (
        [
            *(tell_release(269, valid=f"2025-09-{day:02}") for day in range(1, 31)),
            tell_release(8_393, basis="cumulative", valid="2025-09-30"),
        ],
        (8_393, None, "at least 8393", False, 0),
    ),
    "at least 40 so far by one, at most 30 by another": (
        [
            tell_release("at least 40", basis="cumulative"),
            tell_release("at most 30", "AP", basis="cumulative"),
        ],
        (0, None, "at least 0", True, 0),
    ),
    "100 so far, and later 20 to 30": (
        [
            tell_release(100, basis="cumulative"),
            tell_release("20 to 30", "AP", basis="cumulative", valid="2025-10-01"),
        ],
        (20, None, "at least 20", True, 0),
    ),
    "20 so far, and later at most 30": (
        [
            tell_release(20, basis="cumulative"),
            tell_release("at most 30", "AP", basis="cumulative", valid="2025-10-01"),
        ],
        (20, None, "at least 20", False, 0),
    ),
}
