"""An import's report names the facts that are similar to each line's fact, as the response to a write does."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from domain.time.perspective import PerspectiveQuery
from tests.importing.lines import SLUG, change, custody, head, run

if TYPE_CHECKING:
    from api.composition import Parley

Line = dict[str, Any]


def make_release(external_id: str, publisher: str = "Reuters", **fields: Any) -> Line:  # noqa: ANN401 -- a line's own
    return {
        "kind": "release",
        "valid": "2025-09-11",
        "summary": "Fifty-two freed",
        "population": "political prisoners",
        "quantities": [{"what": "released", "value": 52}],
        "citations": [{"publisher": publisher}],
        "external_id": external_id,
        **fields,
    }


def id_of(external_id: str) -> str:
    return str(fact_id(negotiation_id(SLUG), external_id))


def test_the_second_of_two_outlets_is_told_of_the_first(parley: Parley) -> None:
    lines = [
        make_release("A"),
        make_release("B", "AP"),
        make_release("C", "AFP", valid="2025-10-01"),
    ]
    for dry_run in (True, False):
        report = run(parley, lines, dry_run=dry_run)
        assert report["similar"] == [{"line": 2, "similar": [id_of("A")], "lines": [1]}]
        assert report["similar_total"] == 1
    assert "similar" not in run(parley, lines)
    report = run(parley, [custody("Z"), make_release("D", "Babel")])
    assert report["similar"] == [{"line": 2, "similar": [id_of("A"), id_of("B")]}]
    report = run(parley, [make_release("E"), b"{\n"])
    assert (report["recorded"], "similar" in report) == (0, False)


def test_one_of_two_that_names_no_population_may_be_the_other(light: Parley) -> None:
    lines = [
        make_release("A", population=None),
        make_release("B"),
        make_release("C", population="women"),
    ]
    report = run(light, [*lines, make_release("D", population=None)])
    told = {each["line"]: each["lines"] for each in report["similar"]}
    assert told == {2: [1], 3: [1], 4: [1, 2, 3]}
    report = run(light, [make_release("E", population="men"), make_release("F", population=None)])
    told = {each["line"]: each["similar"] for each in report["similar"]}
    assert told == {1: [id_of("A"), id_of("D")], 2: [id_of(each) for each in "ABCDE"]}


def test_facts_that_are_tied_or_differ_are_not_reported_as_similar(light: Parley) -> None:
    run(light, [make_release("A", matter="sep")])
    others = [
        make_release("B", matter="sep"),
        make_release(
            "C", links=[{"relation": "confirms", "fact": "external:A"}], valid="2025-09-11"
        ),
        make_release("D", population="women"),
        make_release("E", valid="2025-09-12"),
        make_release("F", quantities=[{"what": "women", "value": 53}]),
        make_release("G", quantities=[{"what": "released", "text": "so far 53"}]),
    ]
    for other in others:
        assert "similar" not in run(light, [other], dry_run=True), other
    correct = change("correct", "A", reason="refinement", why="x", changes={"note": "x"})
    assert "similar" not in run(light, [correct], dry_run=True)


def test_two_numbers_of_one_day_may_be_two_accounts_of_one_release(parley: Parley) -> None:
    numbers = {"A": 43, "B": 41, "C": "about 40", "D": "dozens"}
    lines = [
        make_release(
            name, valid="2025-09-11", quantities=[{"what": "released", "text": str(number)}]
        )
        for name, number in numbers.items()
    ]
    others = [
        make_release("E", quantities=[{"what": "released", "value": 39}], valid=valid)
        for valid in ("2025-09-10", "2025-09-12", "2025-09", "2025-09-10/2025-09-12")
    ]
    report = run(parley, lines, dry_run=True)
    assert [each["lines"] for each in report["similar"]] == [[1], [1, 2], [1, 2, 3]]
    run(parley, lines)
    for other in others:
        assert "similar" not in run(parley, [other], dry_run=True), other
    last = make_release(
        "E", quantities=[{"what": "released", "value": 39}], valid="2025-09-11T10:00:00Z"
    )
    assert run(parley, [last])["similar"] == [{"line": 1, "similar": list(map(id_of, "ABCD"))}]


def test_of_many_ten_are_named_and_a_hundred_lines_listed(light: Parley) -> None:
    report = run(light, [make_release(str(number), f"P{number}") for number in range(130)])
    assert (len(report["similar"]), report["similar_total"]) == (100, 129)
    last = report["similar"][-1]
    assert (len(last["similar"]), len(last["lines"]), last["similar_more"]) == (10, 10, 100)
    assert last["similar"] == [id_of(str(number)) for number in range(10)]


def make_various() -> list[Line]:
    """Facts, many of which are similar."""
    days = ("2025-09-11", "2025-09-11T10:00:00+14:00", "2025-09", "2025-09-10/2025-09-12", "2024")
    values = product(days, (52, 14), "ab")
    lines = [
        make_release(
            f"{day} {number} {population}",
            valid=day,
            quantities=[{"what": "released", "value": number}],
            population=population,
        )
        for day, number, population in values
    ]
    people = product(("2025-01-01", "2025", "2025-01-01/.."), ("Ann", "ann ", "Bob"))
    lines += [custody(f"{day} {who.strip()}", valid=day, person=who.strip()) for day, who in people]
    return lines


def test_it_names_what_the_answers_to_single_writes_name(parley: Parley) -> None:
    before, lines = make_various()[::3], [each for at, each in enumerate(make_various()) if at % 3]
    run(parley, before)
    told = {each["line"]: each["similar"] for each in run(parley, lines, dry_run=True)["similar"]}
    alone = {}
    for number, line in enumerate(lines, 1):
        run(parley, [line])
        with parley.reading(parley.owner) as reading:
            perspective = reading.perspective(PerspectiveQuery())
            version = reading.fact(fact_id(negotiation_id(SLUG), line["external_id"]), perspective)
            alike = reading.similar(version, perspective)
        if alike:
            alone[number] = [str(each.record.id) for each in alike]
    assert len(alone) > 10
    assert {line: set(ids) for line, ids in told.items()} == {
        line: set(ids[:10]) for line, ids in alone.items()
    }


def statements(parley: Parley, lines: list[Line]) -> int:
    """How many statements a dry run of lines takes."""
    counted: list[str] = []
    engine = parley.database._reading

    def count(*given: Any) -> None:  # noqa: ANN401 -- the library's own
        counted.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", count)
    try:
        run(parley, lines, dry_run=True)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return sum("start_earliest <" in each for each in counted)


def test_similar_facts_are_found_in_one_statement_for_any_number_of_lines(light: Parley) -> None:
    run(light, [make_release(str(number), f"P{number}", valid="2025") for number in range(50)])
    at = head(light)
    lines = [
        make_release(f"N{number}", valid=f"2025-{number % 12 + 1:02}") for number in range(400)
    ]
    assert statements(light, lines[:4]) == statements(light, lines) == 1
    each_own = [custody(f"C{number}", person=f"P{number}") for number in range(400)]
    assert statements(light, each_own) == 1
    assert head(light) == at
