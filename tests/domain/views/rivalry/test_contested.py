"""Facts of one question are contested if they cannot both be true, or if a link says so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from domain.kinds.prisoners import HELD
from domain.provenance import Link
from domain.quantity import Quantity
from tests.domain.views.rivalry.resolving import release_of, resolve_log
from tests.examples import count, fact
from tests.written_log import Log, write_log

if TYPE_CHECKING:
    from domain.fact import Fact


def conflict(one: Fact, other: Fact) -> bool:
    same = (replace(each, matter="m") for each in (one, other))
    return resolve_log(write_log(*same)).contested


@pytest.mark.parametrize(
    ("other", "contested"),
    [
        ({"value": 50}, True),
        ({"value": 52}, False),
        ({"text": "dozens"}, False),
        ({"comparator": "approx", "value": 50}, False),
        ({"comparator": "gt", "value": 52}, True),
        ({"comparator": "ge", "value": 52}, False),
        ({"text": "hundreds"}, True),
        ({"low": 50, "high": 53}, False),
        ({"what": "women", "value": 8}, False),
        ({"basis": "cumulative", "value": 1400}, False),
        ({"basis": None, "value": 50}, True),
    ],
)
def test_counts_are_contested_where_no_number_satisfies_both(
    other: dict[str, Any], contested: bool
) -> None:
    log = write_log(release_of("52", 52), release_of("other", counted=other))
    assert resolve_log(log).contested is contested


def test_a_fact_that_gives_several_figures_for_one_thing_agrees_by_any_of_them() -> None:
    about = Quantity(what="released", comparator="approx", value=100, basis="increment")
    both = fact("release", quantities=(about, *count(100, comparator="ge")))
    fifty = fact("release", quantities=count(50))
    two = fact("release", quantities=(*count(50), *count(52)))
    assert not conflict(both, fifty)
    assert not conflict(fifty, both)
    assert not conflict(two, fifty)
    assert not conflict(fifty, two)
    assert not conflict(two, fact("release", quantities=count(51)))
    assert conflict(two, fact("release", quantities=count(53)))


def test_beginnings_that_exclude_each_other_are_contested_within_a_matter() -> None:
    log = write_log(
        release_of("11", valid="2025-09-11", value=52),
        release_of("12", valid="2025-09-12", value=52),
    )
    assert resolve_log(log).contested
    vague = write_log(
        release_of("11", 52, valid="2025-09-11"), release_of("Sept", 52, valid="2025-09")
    )
    assert not resolve_log(vague).contested


def test_a_link_that_says_so_makes_facts_contested_in_either_direction() -> None:
    against = (Link(relation="conflicts_with", fact="external:BY-2"),)
    one = release_of("one", 52, links=against, external_id="BY-1")
    other = release_of("other", 52, external_id="BY-2")
    assert resolve_log(write_log(one, other)).contested
    assert resolve_log(write_log(other, one)).contested
    confirms = replace(one, links=(Link(relation="confirms", fact="external:BY-2"),))
    assert not resolve_log(write_log(confirms, other)).contested


def test_a_link_to_a_strange_id_is_not_a_link_to_facts_without_one() -> None:
    against = (Link(relation="conflicts_with", fact="external:None"),)
    assert not resolve_log(
        write_log(release_of("one", 52, links=against), release_of("other", 52))
    ).contested


def test_a_link_by_id_counts_as_one_by_external_id() -> None:
    log = Log()
    other = log.record(release_of("other", 52))
    log.record(release_of("one", 52, links=(Link(relation="conflicts_with", fact=str(other)),)))
    assert resolve_log(log).contested


def test_counts_of_different_things_do_not_disagree() -> None:
    held = Quantity(what="held", value=1150, basis="stock")
    women = Quantity(what="women", value=170, basis="stock")
    log = write_log(
        fact("prisoner_count", quantities=(held,)), fact("prisoner_count", quantities=(women,))
    )
    assert not resolve_log(log, HELD).contested
