"""A number of an alias of a population counts the whole population, not a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.api.answers.claims.reports import make_report, states, tell_release
from tests.api.counts.viasna import count_by_viasna, split_by_viasna

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Body
    from tests.api.asking import Client

POPULATION: Final = "political prisoners"
ALIAS: Final = make_report("alias", name="Політв’язні", same_as=POPULATION, of="population")
SHORT: Final = "політв'язні"
OF_ALIAS: Final = {"population": SHORT}


def list_held(state: Body) -> list[tuple[str, str, int, list[str]]]:
    """(population, what is counted, how many, what is also counted) of each entry of those held."""
    return [
        (
            entry["population"],
            entry["quantity"]["what"],
            entry["quantity"]["value"],
            [each["quantity"]["what"] for each in entry["also_counted"]],
        )
        for entry in state["prisoners"]["held"]
    ]


def test_a_count_of_a_populations_alias_counts_all_of_it(client: Client) -> None:
    first, women = (
        count_by_viasna("held", 1187, valid="2025-01"),
        count_by_viasna("women", 170, valid="2025-02"),
    )
    cases = {
        "by the alias": [ALIAS, first, women, count_by_viasna(SHORT, 1200, valid="2025-06")],
        "the alias is known last": [
            first,
            women,
            count_by_viasna(SHORT, 1200, valid="2025-06"),
            ALIAS,
        ],
        "of the alias, by its name": [
            ALIAS,
            first,
            count_by_viasna(POPULATION, 1200, valid="2025-06", **OF_ALIAS),
        ],
        "of the alias, by the alias": [
            ALIAS,
            first,
            count_by_viasna(SHORT, 1200, valid="2025-06", **OF_ALIAS),
        ],
        "older than a count of all": [ALIAS, count_by_viasna(SHORT, 1200, valid="2024"), first],
        "both in one": [ALIAS, split_by_viasna((SHORT, 1200), ("held", 1187), valid="2025-06")],
        "alone": [ALIAS, count_by_viasna(SHORT, 1200, valid="2025-06")],
    }
    of_all: list[tuple[str, str, int, list[str]]] = [(POPULATION, POPULATION, 1200, [])]
    assert {name: list_held(state) for name, state in states(client, cases).items()} == {
        **dict.fromkeys(cases, of_all),
        "older than a count of all": [(POPULATION, "held", 1187, [])],
        "both in one": [(POPULATION, "held", 1187, [POPULATION])],
    }


def test_a_tally_follows_the_aliases_of_what_is_counted(client: Client) -> None:
    counts = [
        count_by_viasna("held", 1187, valid="2025-01"),
        count_by_viasna(SHORT, 1200, valid="2025-06"),
        count_by_viasna(POPULATION, 1210, valid="2025-07", **OF_ALIAS),
    ]
    states(client, {"": [ALIAS, *counts]})
    tallies = "/v1/negotiations/case-0/tally?as_of=2025-08&what="
    for what, found in {
        "held": [1187, 1200, 1210],
        SHORT: [1200, 1210],
        POPULATION: [1200, 1210],
    }.items():
        tally = client.get(f"{tallies}{what}").json
        assert [point["low"] for point in tally["points"]] == found, what
        assert tally["what"] == what


def test_a_release_that_counts_an_alias_of_its_population_counts_no_part(client: Client) -> None:
    def tell_of_some(what: str, **fields: Any) -> Body:  # noqa: ANN401 -- a fact's fields
        return tell_release(60, "AP", what=what, population=POPULATION, **fields)

    cases = {
        "the population": [tell_release(52), tell_of_some(POPULATION)],
        "an alias": [ALIAS, tell_release(52), tell_of_some(SHORT)],
        "an alias of both": [ALIAS, tell_release(52), tell_of_some(SHORT) | OF_ALIAS],
        "a name that no alias ties to it": [tell_release(52), tell_of_some(SHORT)],
    }
    totals = {
        name: state["prisoners"]["released"]["text"]
        for name, state in states(client, cases).items()
    }
    assert totals == {
        **dict.fromkeys(cases, "at least 52"),
        "a name that no alias ties to it": "52",
    }
