"""A count of a part, such as women, is shown beside the count of all, and never replaces it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.api.answers.claims.reports import states, tell_release, tie
from tests.api.counts.viasna import count_by_viasna, split_by_viasna

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Body
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database


HELD: Final = count_by_viasna("held", 1187, valid="2025-01")
WOMEN: Final = count_by_viasna("women", 170, valid="2025-06")
Said = tuple[str, int | None]
COUNTS: Final[dict[str, tuple[list[Body], Said, list[Said]]]] = {
    "women after all": ([HELD, WOMEN], ("held", 1187), [("women", 170)]),
    "women before all": ([WOMEN, {**HELD, "valid": "2025-07"}], ("held", 1187), []),
    "women, then men and women anew": (
        [
            HELD,
            WOMEN,
            count_by_viasna("men", 990, valid="2025-07"),
            count_by_viasna("Women", 160, valid="2025-08"),
        ],
        ("held", 1187),
        [("Women", 160), ("men", 990)],
    ),
    "women and all in one": (
        [HELD, {**WOMEN, "quantities": [*WOMEN["quantities"], {"what": "held", "value": 1150}]}],
        ("held", 1150),
        [("women", 170)],
    ),
    "men and women in one": (
        [HELD, WOMEN, split_by_viasna(("men", 900), ("women", 160), valid="2025-08")],
        ("held", 1187),
        [("men", 900), ("women", 160)],
    ),
    "women and men in one": (
        [HELD, WOMEN, split_by_viasna(("women", 160), ("men", 900), valid="2025-08")],
        ("held", 1187),
        [("women", 160), ("men", 900)],
    ),
    "men and women, then women": (
        [HELD, split_by_viasna(("men", 900), ("women", 160), valid="2025-05"), WOMEN],
        ("held", 1187),
        [("women", 170), ("men", 900)],
    ),
    "all and women, then women": (
        [split_by_viasna(("held", 1187), ("women", 160), ("men", 1027), valid="2025-05"), WOMEN],
        ("held", 1187),
        [("women", 170), ("men", 1027)],
    ),
    "women, then all and women": (
        [WOMEN, split_by_viasna(("women", 160), ("held", 1187), valid="2025-08")],
        ("held", 1187),
        [("women", 160)],
    ),
    "all and women, then all": (
        [
            split_by_viasna(("held", 1187), ("women", 160), valid="2025-05"),
            {**HELD, "valid": "2025-08"},
        ],
        ("held", 1187),
        [],
    ),
    "parts alone, with a later one": (
        [split_by_viasna(("men", 900), ("women", 160), valid="2025-05"), WOMEN],
        ("women", 170),
        [("men", 900)],
    ),
    "parts alone, which a later count has anew": (
        [WOMEN, split_by_viasna(("men", 900), ("women", 160), valid="2025-08")],
        ("men", 900),
        [("women", 160)],
    ),
    "of a month, in one": (
        [split_by_viasna(("held", 1187), ("women", 160), valid="2025-08")],
        ("held", 1187),
        [("women", 160)],
    ),
    "a part that is over": (
        [
            HELD,
            split_by_viasna(("men", 900), ("women", 160), valid="2025-05"),
            {**WOMEN, "valid": "2025-06/2025-07"},
        ],
        ("held", 1187),
        [("men", 900)],
    ),
    "all by two words": (
        [split_by_viasna(("detainees", 1100), ("Prisoners", 1150), valid="2025-05")],
        ("detainees", None),
        [],
    ),
    "all by two words, one of them held": (
        [split_by_viasna(("prisoners", 1100), ("held", 1150), valid="2025-05")],
        ("held", 1150),
        [("prisoners", 1100)],
    ),
    "those who came since are none of them": (
        [
            HELD,
            {
                **count_by_viasna("people", 90, valid="2025-05"),
                "quantities": [{"what": "people", "value": 90, "basis": "increment"}],
            },
        ],
        ("held", 1187),
        [("", 0)],
    ),
    "all by another word": (
        [HELD, count_by_viasna("Political  prisoners", 1150, valid="2025-05"), WOMEN],
        ("Political  prisoners", 1150),
        [("women", 170)],
    ),
    "women alone": ([count_by_viasna("women", 180, valid="2025-01"), WOMEN], ("women", 170), []),
    "women by another counter": (
        [HELD, {**WOMEN, "counted_by": "Dissidentby"}],
        ("held", 1187),
        [],
    ),
    "women whom another fact would carry out": (
        [
            HELD,
            {**WOMEN, "external_id": "W"},
            tell_release(5, valid="2025-07", links=tie("executes", "W")),
        ],
        ("held", 1187),
        [("women", 170)],
    ),
    "no number": ([HELD, count_by_viasna(None, valid="2025-06")], ("held", 1187), [("", 0)]),
}


def test_a_count_of_some_of_them_never_displaces_the_count_of_all(client: Client) -> None:
    by_name = states(client, {name: facts for name, (facts, _, _) in COUNTS.items()})

    def read_quantity(entry: Body) -> Said:
        number = entry["quantity"] or {"what": "", "value": 0}
        return number["what"], number["value"]

    for name, (_, shown, beside) in COUNTS.items():
        held = [
            each for each in by_name[name]["prisoners"]["held"] if each["counted_by"] == "Viasna"
        ]
        assert [read_quantity(each) for each in held] == [shown], name
        assert [read_quantity(each) for each in held[0]["also_counted"]] == beside, name
        assert (held[0]["contested"], held[0]["rivals"]) == (False, []), name
