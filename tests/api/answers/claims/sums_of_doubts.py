"""Releases that were vague in number or in time, and their total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.api.answers.claims.reports import tell_release, tie

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Sums

VAGUE = {"what": "released", "basis": None}
DOUBTS: Final[Sums] = {
    "about fifty, and three": (
        [tell_release("about 50"), tell_release(3, valid="2025-10-01")],
        (3, None, "at least 3, and about 50", False, 0),
    ),
    "about fifty by one, about fifty-two by another": (
        [
            tell_release("about 50", matter="m"),
            tell_release("about 52", "AP", matter="m"),
            tell_release("about 7", "B"),
        ],
        (0, None, "about 57 to 59", False, 0),
    ),
    "about fifty by one, two thousand by another": (
        [tell_release("about 50", matter="m"), tell_release(2000, "AP", matter="m")],
        (0, None, "about 50 to 2000", True, 0),
    ),
    "about fifty by one, under twenty by another": (
        [tell_release("about 50", matter="m"), tell_release("under 20", "AP", matter="m")],
        (0, None, "up to about 50", True, 0),
    ),
    "about fifty by one, about a thousand by another": (
        [tell_release("about 50", matter="m"), tell_release("about 1,000", "AP", matter="m")],
        (0, None, "about 50 to 1000", True, 0),
    ),
    "about fifty by one, forty by another": (
        [tell_release("about 50", matter="m"), tell_release(40, "AP", matter="m")],
        (40, 40, "40", False, 0),
    ),
    "about fifty by one, forty by another, which a link disputes": (
        [
            tell_release("about 50", external_id="A"),
            tell_release(40, "AP", links=tie("conflicts_with", "A")),
        ],
        (0, None, "about 40 to 50", True, 0),
    ),
    "about dozens": (
        [
            tell_release(
                quantities=[{**VAGUE, "comparator": "approx", "text": "dozens of busloads"}]
            ),
            tell_release(3, valid="2025-10-01"),
        ],
        (3, None, "at least 3, and about 24 or more", False, 0),
    ),
    "about fifty": ([tell_release("about 50")], (0, None, "about 50", False, 0)),
    "about fifty by one, at least a hundred and twenty by another": (
        [tell_release("about 50", matter="m"), tell_release("at least 120", "AP", matter="m")],
        (0, None, "about 50 or more", True, 0),
    ),
    "about fifty by one, and others with no end on either side": (
        [
            tell_release("about 50", matter="m"),
            tell_release("up to 10", "AP", matter="m"),
            tell_release("at least 120", "B", matter="m"),
        ],
        (0, None, "at least 0", True, 0),
    ),
    "about fifty to sixty by one, three hundred by another": (
        [tell_release("about 50 to 60", matter="m"), tell_release(300, "AP", matter="m")],
        (0, None, "about 50 to 300", True, 0),
    ),
    "fifty-two and fifty, which a link disputes, and dozens": (
        [
            tell_release(52, external_id="A", matter="m"),
            tell_release(50, "AP", matter="m", links=tie("conflicts_with", "A")),
            tell_release("dozens", "Babel", matter="m"),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "up to about twenty, and at least about fifty": (
        [tell_release("up to about 20"), tell_release("at least about 50", valid="2025-10-01")],
        (0, None, "about 50 or more", False, 0),
    ),
    "up to about twenty, and about fifty": (
        [tell_release("up to about 20"), tell_release("about 50", valid="2025-10-01")],
        (0, None, "about 50 to 70", False, 0),
    ),
    "at least about fifty by one, three hundred by another": (
        [
            tell_release("at least about 50", matter="m"),
            tell_release(300, "AP", matter="m"),
        ],
        (300, 300, "300", False, 0),
    ),
    "about fifty, some day this month": (
        [tell_release("about 50", valid="2025-12"), tell_release(3, valid="2025-10-01")],
        (3, None, "at least 3, and up to about 50", False, 0),
    ),
    "about fifty, and a figure that may count them": (
        [tell_release("about 50"), tell_release("160 so far", valid="2025-11")],
        (160, None, "at least 160, which may include about 50", False, 0),
    ),
    "fifty, of which about a hundred and sixty are foreigners": (
        [
            tell_release(50, external_id="A"),
            tell_release("about 160", "AP", population="foreigners", links=tie("refines", "A")),
        ],
        (0, None, "about 50 to 160", True, 0),
    ),
    "a release without a number, of which about a hundred and sixty are foreigners": (
        [
            tell_release(external_id="A"),
            tell_release("about 160", "AP", population="foreigners", links=tie("refines", "A")),
        ],
        (0, None, "about 160 or more", False, 1),
    ),
    "fifty and sixty, and a round-up of about four hundred": (
        [
            tell_release(50, external_id="A", matter="a"),
            tell_release(60, "AP", external_id="B", matter="b"),
            tell_release("about 400", "B", links=[*tie("confirms", "A"), *tie("confirms", "B")]),
        ],
        (110, None, "at least 110, and up to about 400", False, 0),
    ),
    "certain: one day in September": (
        [tell_release(52, valid="2025-12")],
        (0, None, "at least 0", False, 0),
    ),
    "possible: one day in September": (
        [tell_release(52, valid="2025-12"), tell_release(3)],
        (3, 55, "3 to 55", False, 0),
    ),
    "possible: a release that ends nobody knows when": (
        [tell_release(52, valid="2025-09-11/"), tell_release(3)],
        (3, 55, "3 to 55", False, 0),
    ),
    "possible: a release that goes on": (
        [tell_release(52, valid="2025-09-11/.."), tell_release(3)],
        (3, 55, "3 to 55", False, 0),
    ),
    "possible: names of a release that goes on": (
        [
            tell_release(people=["Ann", "Bob"], valid="2025-09-11/.."),
            tell_release(3, valid="2025-03"),
        ],
        (3, None, "at least 3", False, 0),
    ),
    "possible: a release that has not begun": (
        [tell_release(52, valid="2026-01-01/.."), tell_release(3)],
        (3, 3, "3", False, 0),
    ),
    "a release that began nobody knows when, and is over": (
        [tell_release(52, valid="/2025-09-11"), tell_release(3)],
        (55, 55, "55", False, 0),
    ),
    "possible: so far, of a time that goes on": (
        [tell_release(100, basis="cumulative", valid="2025-01/.."), tell_release(3)],
        (3, None, "at least 3", False, 0),
    ),
    "possible: a summer of no hemisphere": (
        [tell_release(52, valid="2025-22")],
        (0, 52, "0 to 52", False, 0),
    ),
    **{
        f"{match}: 27, and 26 some day in 2025": (
            [tell_release(27, matter="m"), tell_release(26, "AP", valid="2025", matter="m")],
            (26, high, text, True, 0),
        )
        for match, high, text in (("possible", 27, "26 to 27"), ("certain", None, "at least 26"))
    },
    **{
        f"{match}: at least 26, and 27 in what may go on since another day": (
            [
                tell_release("at least 26", matter="m", valid="2025-09-12"),
                tell_release(27, "AP", valid="2025-09-11/", matter="m"),
            ],
            (26, high, text, True, 0),
        )
        for match, high, text in (("possible", 27, "26 to 27"), ("certain", None, "at least 26"))
    },
    **{
        f"{match}: names, and a number some day in 2025 of the same": (
            [
                tell_release(people=["Ann", "Bob"], matter="m"),
                tell_release(52, "AP", valid="2025", matter="m"),
            ],
            (2, None, "at least 2", False, 0),
        )
        for match in ("possible", "certain")
    },
}
