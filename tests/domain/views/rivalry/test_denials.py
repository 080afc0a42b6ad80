"""A link `conflicts_with` contests the entry of its target, whatever kinds the two facts have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domain.provenance import Link
from domain.views.naming import Names
from domain.views.people import PeopleFilter, list_people
from domain.views.rivalry.contesting import find_rivals
from domain.views.rivalry.denials import MOST_DENIALS
from tests.examples import fact
from tests.written_log import Log, write_log

if TYPE_CHECKING:
    from domain.fact import Fact


def appoint(external_id: str | None = "A", **fields: Any) -> Fact:  # noqa: ANN401 -- a fact's fields
    asked = {"post": "Envoy", "person": "Ann", "valid": "2025-06-01/..", **fields}
    return fact("appointment", external_id=external_id, **asked)


def deny(target: str = "external:A", kind: str = "statement", **fields: Any) -> Fact:  # noqa: ANN401 -- a fact's fields
    told = {"summary": "no", "valid": "2025-07-01", **fields}
    if kind == "statement":
        told = {"speaker": "Spokesman", **told}
    return fact(kind, links=(Link(relation="conflicts_with", fact=target),), **told)


def read_entry(log: Log, section: str = "posts", **asked: Any) -> tuple[bool, list[str]]:  # noqa: ANN401 -- a perspective
    """Whether the entry of a section is contested, and what its rivals say."""
    found: Any = log.state(**asked)
    for name in section.split("."):
        found = found[name]
    (entry,) = [found] if isinstance(found, dict) else found
    return entry["contested"], [rival["summary"] for rival in entry["rivals"]]


@pytest.mark.parametrize(
    ("section", "denied"),
    [
        ("custody", fact("custody", external_id="A", person="Ann", status="detained")),
        ("agreements", fact("agreement", external_id="A")),
        ("proposals", fact("proposal", external_id="A")),
        ("measures", fact("measure", external_id="A")),
        ("responses", fact("response", external_id="A", valid="2025-06-01")),
        ("incidents", fact("incident", external_id="A", valid="2025-06-01")),
        ("meetings.last", fact("meeting", external_id="A", valid="2025-06-01")),
        ("meetings.next", fact("meeting", external_id="A", valid="2026-06-01", stage="planned")),
        ("open_questions", fact("open_question", external_id="A", valid="2025-06-01")),
    ],
)
def test_a_denial_contests_an_entry_of_every_kind(section: str, denied: Fact) -> None:
    log = write_log(denied, deny())
    assert read_entry(log, section) == (True, ["no"])
    assert read_entry(write_log(denied, deny("external:B")), section) == (False, [])


def test_a_denial_names_its_target_by_either_id_and_is_listed_once() -> None:
    log = Log()
    appointed = log.record(appoint())
    both = (f"{appointed}", "external:A", "external:A")
    links = tuple(Link(relation="conflicts_with", fact=target) for target in both)
    log.record(fact("statement", speaker="Spokesman", summary="no", links=links))
    assert read_entry(log) == (True, ["no"])


def test_denials_follow_the_rivals_and_the_one_that_began_last_comes_first() -> None:
    other = appoint("B", person="Bob", valid="2025-05-01/..", summary="Bob is")
    log = write_log(
        appoint(), deny(valid="2025-07-01"), other, deny(valid="2025-08-01", summary="again")
    )
    assert read_entry(log) == (True, ["Bob is", "again", "no"])


def test_a_denial_contests_nothing_before_it_has_surely_begun_nor_once_it_was_withdrawn() -> None:
    log = write_log(appoint(), deny(valid="2025-07"))
    assert read_entry(log, as_of="2025-07-15") == (False, [])
    assert read_entry(log, as_of="2025-07-31") == (True, ["no"])
    assert read_entry(log, as_of="2025-07-31", match="certain") == (True, ["no"])
    log = Log()
    log.record(appoint())
    denial = log.record(deny())
    log.retract(denial, at="2025-12-10")
    assert read_entry(log) == (False, [])
    assert read_entry(log, as_known_at="2025-12-09") == (True, ["no"])
    log.reinstate(denial, at="2025-12-11")
    assert read_entry(log) == (True, ["no"])


def test_a_denial_that_may_be_over_contests_only_what_is_possible() -> None:
    log = write_log(appoint(), deny(kind="custody", person="Bob", valid="2025-07-01/2025-12"))
    assert read_entry(log, as_of="2025-11-30") == (True, ["no"])
    assert read_entry(log, as_of="2025-12-10") == (True, ["no"])
    assert read_entry(log, as_of="2025-12-10", match="certain") == (False, [])
    assert read_entry(log, as_of="2026-01-01") == (False, [])


def test_a_denial_is_not_contested_itself_and_contests_no_denial_of_it_further_on() -> None:
    denial = deny(external_id="B")
    log = write_log(appoint(), denial, deny("external:B", summary="it is so", speaker="Minister"))
    assert read_entry(log) == (True, ["no"])
    assert read_said(log) == {"Spokesman": True, "Minister": False}


def test_a_fact_under_the_same_key_contests_as_it_did() -> None:
    before = appoint("B", person="Bob", valid="2025-05-01")
    link = (Link(relation="conflicts_with", fact="external:A"),)
    yielded = appoint("B", person="Bob", valid="2025-05-01", links=link)
    assert read_entry(write_log(appoint(valid="2025-06-01"), before)) == (False, [])
    assert read_entry(write_log(appoint(valid="2025-06-01"), yielded)) == (False, [])


def test_a_denial_of_a_statement_of_another_matter_does_not_contest_the_one_that_is_shown() -> None:
    first = fact("statement", speaker="Ann", valid="2025-06-01", matter="m", external_id="A")
    second = fact("statement", speaker="Ann", valid="2025-06-01", matter="n")
    log = Log()
    log.record(first)
    shown = log.record(second)
    log.prefer(shown)
    log.record(deny(speaker="Bob"))
    assert not read_said(log)["Ann"]
    log.record(deny(f"{shown}", speaker="Cy"))
    assert read_said(log)["Ann"]


def read_said(log: Log) -> dict[str, bool]:
    """{speaker: whether what they said is contested}."""
    return {entry["speaker"]: entry["contested"] for entry in log.state()["statements"]}


def test_a_link_between_facts_of_one_question_counts_only_there() -> None:
    freed = fact("release", external_id="A", people=("Ann", "Bob"))
    assert read_custody(write_log(freed, deny(kind="release"))) == {"Ann": False, "Bob": False}
    held = deny(kind="custody", person="Ann", status="detained", valid="2025-09-11")
    assert read_custody(write_log(freed, held)) == {"Ann": True, "Bob": False}
    assert read_custody(write_log(freed, deny())) == {"Ann": True, "Bob": True}


def read_custody(log: Log) -> dict[str, bool]:
    """{person: whether their entry is contested}."""
    return {entry["person"]: entry["contested"] for entry in log.state()["custody"]}


def test_numbers_are_contested_by_numbers_alone() -> None:
    held = fact("prisoner_count", external_id="A")
    assert read_entry(write_log(held, deny()), "prisoners.held") == (False, [])


def test_a_person_whose_custody_is_denied_is_listed_as_contested() -> None:
    log = write_log(
        fact("custody", external_id="A", person="Ann", status="detained"),
        fact("custody", person="Bob", status="detained"),
        deny(),
    )
    seen = log.slice()
    versions = [each.version for each in seen]
    listed = list_people(versions, Names.of(seen), log.perspective(), PeopleFilter())
    people = {person["name"]: person["contested"] for person in listed.page(None, 10)[0]}
    assert people["Ann"] is True
    assert people["Bob"] is False


def test_the_rivals_of_a_fact_include_its_denials() -> None:
    log = write_log(appoint(), deny())
    seen = log.slice()
    names = Names.of(seen)
    appointed, denial = (each.version for each in seen)
    found = find_rivals(appointed, seen, log.perspective(), names)
    assert [rival.record.fact.summary for rival in found] == ["no"]
    assert find_rivals(denial, seen, log.perspective(), names) == []


def test_at_most_so_many_denials_are_listed_the_latest_ones() -> None:
    count = MOST_DENIALS + 20
    days = [f"2025-{7 + day // 28:02d}-{1 + day % 28:02d}" for day in range(count)]
    log = write_log(appoint(), *(deny(valid=day, summary=day) for day in days))
    contested, rivals = read_entry(log, as_of="2025-12-31")
    assert contested
    assert rivals == days[: -MOST_DENIALS - 1 : -1]
