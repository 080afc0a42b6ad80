"""Cases of reports of a whole and of its parts, joined by links, and the numbers that a tally gives for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.api.answers.claims.reports import tell_release, tie

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Body

ALL: Final = tell_release(52, population="political prisoners", external_id="A")
PART: Final = tell_release(
    14, "AP", population="foreigners", external_id="P", matter="f", links=tie("refines", "A")
)
CASES: Final[dict[str, tuple[list[Body], str, bool, list[tuple[str | None, str, bool]]]]] = {
    "a part, and another report of the part": (
        [ALL, PART, tell_release(14, "AFP", population="foreigners", links=tie("confirms", "P"))],
        "52",
        False,
        [("foreigners", "14", False), ("political prisoners", "52", False)],
    ),
    "another number of the part": (
        [
            ALL,
            PART,
            tell_release(13, "AFP", population="foreigners", links=tie("conflicts_with", "P")),
        ],
        "52",
        False,
        [("foreigners", "13 to 14", True), ("political prisoners", "52", False)],
    ),
    "a vaguer number of the part": (
        [
            ALL,
            PART,
            tell_release("at least 10", "AFP", population="foreigners", links=tie("refines", "P")),
        ],
        "52",
        False,
        [("foreigners", "14", False), ("political prisoners", "52", False)],
    ),
    "a report of the part that names no population": (
        [ALL, PART, tell_release(14, "AFP", links=tie("confirms", "P"))],
        "52",
        False,
        [("foreigners", "14", False), ("political prisoners", "52", False)],
    ),
    "a report of the part's own matter": (
        [ALL, PART, tell_release(14, "AFP", population="foreigners", matter="f")],
        "52",
        False,
        [("foreigners", "14", False), ("political prisoners", "52", False)],
    ),
    "a report of the part by a fact of another matter": (
        [
            ALL,
            PART,
            tell_release(14, "AFP", matter="g", links=tie("confirms", "P")),
            tell_release(200, "DPA", matter="g"),
        ],
        "52 to 252",
        True,
        [
            (None, "14 to 200", True),
            ("foreigners", "14", False),
            ("political prisoners", "52", False),
        ],
    ),
    "a report of a report of the part": (
        [
            ALL,
            PART,
            tell_release(14, "AFP", external_id="S", links=tie("confirms", "P")),
            tell_release(14, "DPA", population="foreigners", links=tie("confirms", "S")),
        ],
        "52",
        False,
        [("foreigners", "14", False), ("political prisoners", "52", False)],
    ),
    "a part that is larger than the whole": (
        [ALL, tell_release(60, "AP", population="foreigners", links=tie("refines", "A"))],
        "52 to 60",
        True,
        [("foreigners", "60", False), ("political prisoners", "52 to 60", True)],
    ),
    "a part that may be larger than the whole": (
        [ALL, tell_release("over 50", "AP", population="foreigners", links=tie("refines", "A"))],
        "52",
        False,
        [("foreigners", "at least 51", False), ("political prisoners", "52", False)],
    ),
    "a report of the part that names it otherwise": (
        [
            ALL,
            PART,
            tell_release(14, "AFP", population="foreign nationals", links=tie("confirms", "P")),
        ],
        "52",
        False,
        [
            ("foreign nationals", "14", False),
            ("foreigners", "14", False),
            ("political prisoners", "52", False),
        ],
    ),
    "a report of the part that names the whole's population": (
        [
            ALL,
            PART,
            tell_release(14, "AFP", population="political prisoners", links=tie("confirms", "P")),
        ],
        "52",
        False,
        [("foreigners", "14", False), ("political prisoners", "52", False)],
    ),
    "a report that is tied to the part and to the whole": (
        [ALL, PART, tell_release(14, "AFP", links=tie("confirms", "P", "A"))],
        "52",
        False,
        [("foreigners", "14", False), ("political prisoners", "52", False)],
    ),
    "two parts of one whole, and a part under two matters": (
        [
            ALL,
            tell_release(14, "AP", population="foreigners", links=tie("refines", "A")),
            tell_release(14, "AFP", population="foreigners", links=tie("refines", "A")),
            tell_release(5, "AP", population="women", matter="w", links=tie("refines", "A")),
            tell_release(5, "AFP", population="women", matter="v", links=tie("refines", "A")),
        ],
        "52",
        False,
        [
            ("foreigners", "14", False),
            ("political prisoners", "52", False),
            ("women", "5 to 10", False),
        ],
    ),
    "a part of a whole without a number": (
        [
            tell_release(population="political prisoners", external_id="A"),
            tell_release(14, "AP", population="foreigners", links=tie("refines", "A")),
        ],
        "at least 14",
        False,
        [("foreigners", "14", False), ("political prisoners", "at least 14", False)],
    ),
    "a part that is larger than a rival of its whole": (
        [
            tell_release("at least 45", matter="a", external_id="A", population="all"),
            tell_release(50, "AFP", matter="a", population="all"),
            tell_release(51, "AP", population="foreigners", links=tie("refines", "A")),
        ],
        "50 to 51",
        True,
        [("all", "50 to 51", True), ("foreigners", "51", False)],
    ),
    "a part with the matter of its whole, told twice": (
        [
            {**ALL, "matter": "a"},
            {**PART, "matter": "a"},
            tell_release(14, "AFP", population="foreigners", matter="a"),
        ],
        "52",
        False,
        [("foreigners", "14", False), ("political prisoners", "52", False)],
    ),
    "a part of what is tied in a ring": (
        [
            tell_release(
                52, population="all", matter="a", external_id="A", links=tie("refines", "B")
            ),
            tell_release(
                52, population="miners", matter="b", external_id="B", links=tie("refines", "A")
            ),
            tell_release(14, "AP", population="foreigners", links=tie("refines", "A")),
        ],
        "52",
        False,
        [("all", "52", False), ("foreigners", "14", False), ("miners", "52", False)],
    ),
    "two reports that a third confirms": (
        [
            tell_release(52, external_id="A"),
            tell_release(52, "AP", external_id="B"),
            tell_release(52, "AFP", links=tie("confirms", "A", "B")),
        ],
        "52 to 104",
        False,
        [(None, "52 to 104", False)],
    ),
    "two reports of one day, and their sum": (
        [
            tell_release(14, external_id="A"),
            tell_release(52, "AP", external_id="B"),
            tell_release(66, "AFP", links=tie("confirms", "A", "B")),
        ],
        "66",
        False,
        [(None, "66", False)],
    ),
    "a round-up of more than its questions count": (
        [
            tell_release(14, matter="a", external_id="A"),
            tell_release(52, matter="b", external_id="B"),
            tell_release(100, "AFP", matter="year", links=tie("confirms", "A", "B")),
        ],
        "66 to 100",
        False,
        [(None, "66 to 100", False)],
    ),
    "a matter of which one fact is tied to another matter": (
        [
            tell_release(52, matter="a", external_id="A"),
            tell_release(52, "AP", matter="b", links=tie("confirms", "A")),
            tell_release(52, "AFP", matter="b"),
        ],
        "52 to 104",
        False,
        [(None, "52 to 104", False)],
    ),
    "a matter of another day, of which one fact is tied": (
        [
            tell_release(52, matter="a", external_id="A"),
            tell_release(66, "AP", valid="2025-10", matter="b", links=tie("confirms", "A")),
            tell_release(66, "AFP", valid="2025-10", matter="b"),
        ],
        "118",
        False,
        [(None, "118", False)],
    ),
    "a matter's fact that confirms one which is tied elsewhere": (
        [
            tell_release(52, external_id="A"),
            tell_release(52, "AP", external_id="B", links=tie("confirms", "A")),
            tell_release(52, "AFP", matter="c", links=tie("confirms", "B")),
        ],
        "52",
        False,
        [(None, "52", False)],
    ),
    "a matter's fact that contests one which is tied elsewhere": (
        [
            tell_release(52, matter="a", external_id="A"),
            tell_release(52, "AP", external_id="B", links=tie("confirms", "A")),
            tell_release(50, "AFP", matter="c", links=tie("conflicts_with", "B")),
        ],
        "50 to 52",
        True,
        [(None, "50 to 52", True)],
    ),
}
