"""Citations: whose report one is, when it was published, and which relations a link may have."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from domain.errors import ContentError
from domain.provenance import (
    Citation,
    Link,
    check_citation,
    check_link,
    check_published,
)
from domain.time.instant import parse_cut
from tests.drawn_facts import citations, links
from tests.examples import REUTERS
from tests.strategies import SOME


@pytest.mark.parametrize(
    ("published", "by"),
    [
        ("2025-09-11", "2025-09-11"),
        ("2025-09-11?", "2025-09-11"),
        ("2025-09~", "2025-09"),
        ("2025", "2025"),
        ("2025-09-11T10:20:30Z", "2025-09-11T10:20:30Z"),
    ],
)
def test_a_day_counts_as_public_from_its_end(published: str, by: str) -> None:
    assert Citation(publisher="AP", published=published).published_at == parse_cut(by)


def test_without_a_day_nothing_is_said_of_when_it_was_public() -> None:
    assert Citation(publisher="AP").published_at is None


@pytest.mark.parametrize(
    "published", ["yesterday", "2025-13", "2025-09-11/..", "..", "", "Y170000002", "2025-02-30"]
)
def test_a_published_day_that_has_no_end_is_refused(published: str) -> None:
    with pytest.raises(ContentError) as refused:
        check_published(published)
    assert [fault.pointer for fault in refused.value.faults] == ["/published"]


@pytest.mark.parametrize("grade", ["B7", "G2", "b2", "B", "2", "B2 ", "B22"])
def test_only_an_admiralty_pair_is_a_grade(grade: str) -> None:
    with pytest.raises(ContentError) as refused:
        check_citation(replace(REUTERS, grade=grade))
    assert [fault.pointer for fault in refused.value.faults] == ["/grade"]


@pytest.mark.parametrize("sources", [-1, 10_001])
def test_a_count_of_sources_is_a_count_of_people(sources: int) -> None:
    with pytest.raises(ContentError) as refused:
        check_citation(replace(REUTERS, sources=sources))
    assert [fault.pointer for fault in refused.value.faults] == ["/sources"]


@SOME
@given(citations())
def test_a_well_formed_citation_passes(citation: Citation) -> None:
    check_citation(citation)


@SOME
@given(links())
def test_a_link_may_name_a_fact_that_is_not_recorded_yet(link: Link) -> None:
    check_link(link)


def test_a_link_may_name_a_facts_id() -> None:
    check_link(Link(relation="executes", fact="0b2b8f3e-6a3d-5b0e-9a54-0f7a3f0b7c11"))


@pytest.mark.parametrize(
    "target",
    [
        "BY-049",
        "external:",
        "external:" + "x" * 256,
        "0b2b8f3e6a3d5b0e9a540f7a3f0b7c11",
        "0B2B8F3E-6A3D-5B0E-9A54-0F7A3F0B7C11",
        "0b2b8f3e-6a3d-5b0e-9a54-0f7a3f0b7c11\n",
        "",
    ],
)
def test_a_link_to_anything_else_is_refused(target: str) -> None:
    with pytest.raises(ContentError) as refused:
        check_link(Link(relation="confirms", fact=target))
    assert [fault.pointer for fault in refused.value.faults] == ["/fact"]
