"""A total that is split by population counts each question once, and says where its sources disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.api.answers.claims.reports import tell_release, tie

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Body
    from tests.api.asking import Client

CASES: Final[dict[str, tuple[list[Body], list[tuple[str | None, str, bool]]]]] = {
    "one source names no population": (
        [tell_release(52, population="women", matter="m"), tell_release(52, "AP", matter="m")],
        [("women", "52", False)],
    ),
    "it gives another number": (
        [tell_release(52, population="women", matter="m"), tell_release(50, "AP", matter="m")],
        [("women", "50 to 52", True)],
    ),
    "a link sets it against the other": (
        [
            tell_release(52, population="women", matter="a", external_id="A"),
            tell_release(50, "AP", matter="b", links=tie("conflicts_with", "A")),
        ],
        [("women", "50 to 52", True)],
    ),
    "three name three": (
        [
            tell_release(52, population="women", matter="m"),
            tell_release(50, "AP", population="miners", matter="m"),
            tell_release(51, "AFP", matter="m"),
        ],
        [("miners", "50 to 51", True), ("women", "51 to 52", True)],
    ),
    "a part of it": (
        [
            tell_release(52, population="women", external_id="A"),
            tell_release(14, "AP", population="foreigners", links=tie("refines", "A")),
        ],
        [("foreigners", "14", False), ("women", "52", False)],
    ),
    "a number of nobody named, and others of two of them": (
        [
            tell_release(2, matter="m"),
            tell_release(None, "AP", population="women", matter="m"),
            tell_release(None, "AFP", population="miners", matter="m"),
        ],
        [("miners", "0 to 2", False), ("women", "0 to 2", False)],
    ),
    "a number without a population, and a report on women without a number": (
        [
            tell_release(60, matter="m"),
            tell_release(None, "AP", population="women", matter="m"),
        ],
        [("women", "0 to 60", False)],
    ),
    "a number without a population that is sharper than that of women": (
        [
            tell_release(60, matter="m"),
            tell_release("at least 50", "AP", population="women", matter="m"),
        ],
        [("women", "at least 50", False)],
    ),
    "people whom a report without a population names": (
        [
            tell_release(people=["Ann Example", "Bob Example"], matter="m"),
            tell_release(None, "AP", population="women", matter="m"),
        ],
        [("women", "at least 0", False)],
    ),
    "a part of one of two": (
        [
            tell_release(20, population="women", matter="m", external_id="A"),
            tell_release(None, "AP", population="miners", matter="m"),
            tell_release(14, "AFP", population="foreigners", links=tie("refines", "A")),
        ],
        [("foreigners", "14", False), ("miners", "not counted", False), ("women", "20", False)],
    ),
    "a part of one of two that gives no number": (
        [
            tell_release(20, population="miners", matter="m"),
            tell_release(None, "AP", population="women", matter="m", external_id="A"),
            tell_release(14, "AFP", population="foreigners", links=tie("refines", "A")),
            tell_release(3, "BBC", population="sick", links=tie("refines", "A")),
        ],
        [
            ("foreigners", "14", False),
            ("miners", "20", False),
            ("sick", "3", False),
            ("women", "at least 14", False),
        ],
    ),
    "a part that is larger than one of two": (
        [
            tell_release(20, population="women", matter="m", external_id="A"),
            tell_release(20, "AP", population="miners", matter="m"),
            tell_release(30, "AFP", population="foreigners", links=tie("refines", "A")),
        ],
        [("foreigners", "30", False), ("miners", "20", False), ("women", "20 to 30", True)],
    ),
    "a part of a number without a population": (
        [
            tell_release(20, matter="m", external_id="A"),
            tell_release(None, "AP", population="women", matter="m"),
            tell_release(14, "AFP", population="foreigners", links=tie("refines", "A")),
        ],
        [("foreigners", "14", False), ("women", "0 to 20", False)],
    ),
    "parts of a number that nobody gave": (
        [
            tell_release(population="women", external_id="A"),
            tell_release(14, "AP", population="foreigners", links=tie("refines", "A")),
            tell_release(10, "AFP", population="miners", links=tie("refines", "A")),
        ],
        [("foreigners", "14", False), ("miners", "10", False), ("women", "at least 14", False)],
    ),
    "a part that is larger than the whole": (
        [
            tell_release(20, population="women", external_id="A"),
            tell_release(30, "AP", population="miners", links=tie("refines", "A")),
        ],
        [("miners", "30", False), ("women", "20 to 30", True)],
    ),
    "a round-up over two": (
        [
            tell_release(14, population="miners", valid="2025-06-21", external_id="A"),
            tell_release(52, population="women", external_id="B"),
            tell_release(66, "AP", links=tie("confirms", "A", "B")),
            tell_release(66, "AFP", population="women", links=tie("confirms", "A", "B")),
        ],
        [("miners", "14", False), ("women", "52", False)],
    ),
    "what ties two of them is of another population": (
        [
            tell_release("about 50", population="miners", external_id="A"),
            tell_release(52, "AP", population="women", links=tie("confirms", "A")),
            tell_release(50, "AFP", population="women", links=tie("conflicts_with", "A")),
        ],
        [("miners", "about 50", False), ("women", "50 to 52", True)],
    ),
    "nothing ties them": (
        [tell_release(52, population="women"), tell_release(3)],
        [(None, "3", False), ("women", "52", False)],
    ),
    "only what is in the stretch": (
        [
            tell_release(52, population="women"),
            tell_release(3, population="miners", valid="2025-01-01"),
        ],
        [("women", "52", False)],
    ),
}


def test_each_question_is_counted_under_the_population_that_its_facts_name(client: Client) -> None:
    told: dict[str, Any] = {}
    for number, (name, (facts, _)) in enumerate(CASES.items()):
        client.open(f"case-{number}")
        for fact in facts:
            assert client.post(f"/v1/negotiations/case-{number}/facts", fact).status == 201
        asked = f"/v1/negotiations/case-{number}/tally?what=released&per=population"
        answer = client.get(f"{asked}&as_of=2025-12-31&from=2025-06-01").json
        told[name] = [(t["population"], t["text"], t["contested"]) for t in answer["totals"]]
        assert {point["population"] for point in answer["points"]} == {p for p, *_ in told[name]}
    assert told == {name: expected for name, (_, expected) in CASES.items()}
