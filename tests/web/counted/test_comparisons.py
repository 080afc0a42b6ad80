"""A comparison of two days shows changes of parts, wholes, people and posts, and ignores changes of spelling."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from api.web.counted.changed import list_changes
from tests.api.asking import fact
from tests.web.counted.reports import (
    COUNT,
    TALKS,
    make_part,
    make_stock,
    record_facts,
    words_between,
)

if TYPE_CHECKING:
    from tests.web.browsing import Reader, Seen

pytestmark = pytest.mark.either_database


def test_a_comparison_tells_parts_of_those_held_from_all_of_them(reader: Reader) -> None:
    later = {**COUNT, "valid": "2025-10-01"}
    cited = [[{"publisher": "A", "published": day}] for day in ("2025-09-02", "2025-10-02")]
    record_facts(
        reader,
        fact(
            **COUNT,
            counted_by="V",
            quantities=[make_stock(1184), make_part(170)],
            citations=cited[0],
        ),
        fact(
            **later,
            counted_by="V",
            quantities=[make_stock(1184), make_part(160)],
            citations=cited[1],
        ),
    )
    page = reader.see(f"{TALKS}/compare?from=2025-09-15&to=2025-10-15&clock=published")
    told = words_between(page, 'id="figures-that-changed"', "</section>")
    assert "Prisoners (women) held, counted by V 170 160" in told
    assert "1,184" not in told


def test_what_a_state_cuts_short_is_not_said_to_have_changed() -> None:
    def state(*posts: tuple[str, str], cut: bool = False) -> dict[str, Any]:
        sure = {"contested": False, "certainty": "certain"}
        listed = [{"post": post, "holder": name, **sure} for post, name in posts]
        empty = {"text": "nothing recorded", "contested": False}
        prisoners = {"released": empty, "pardoned": empty, "held": []}
        more = {"posts_more": {"count": 101}} if cut else {}
        others: dict[str, Any] = {"missions": [], "measures": [], "custody": []}
        return {"posts": listed, "prisoners": prisoners, **others, **more}

    before, after = (("a", "Ann"), ("b", "Bo")), (("b", "Cy"), ("c", "Di"))
    told = [change.told for change in list_changes(state(*before), state(*after))]
    assert told == ["b", "c", "a"]
    whole, cut = state(*before), state(*after, cut=True)
    for one, other in ((whole, cut), (cut, whole)):
        assert [change.told for change in list_changes(one, other)] == ["b"]


def test_a_comparison_lists_the_people_whose_status_changed(reader: Reader) -> None:
    held = {"kind": "custody", "person": "Anna", "status": "detained", "valid": "2025-03-01/.."}
    freed = {"kind": "release", "people": ["Anna"], "valid": "2025-09-01"}
    other = {"kind": "custody", "person": "Bo", "status": "sentenced", "valid": "2025-03-01/.."}
    cited = [[{"publisher": "A", "published": day}] for day in ("2025-03-02", "2025-09-02")]
    record_facts(
        reader,
        fact(**held, citations=cited[0]),
        fact(**other, citations=cited[0]),
        fact(**freed, citations=cited[1]),
    )
    page = reader.see(f"{TALKS}/compare?from=2025-06&to=2025-10&clock=published")
    told = words_between(page, 'id="people-whose-status-changed"', "</section>")
    assert "Anna in custody (detained) free" in told
    assert "Bo" not in told
    (_, after) = re.findall(r'<td[^>]*><a href="([^"]*)">', page.html.partition(">Anna<")[2])
    assert "Anna" in words_between(reader.see(unescape(after)), "<h3>Free", "</section>")


def test_a_comparison_says_who_holds_a_post_now(reader: Reader) -> None:
    post = {"kind": "appointment", "post": "envoy"}
    cited = [[{"publisher": "A", "published": day}] for day in ("2025-03-02", "2025-09-02")]
    record_facts(
        reader,
        fact(**post, person="Anna", valid="2025-03-01", citations=cited[0]),
        fact(**post, person="Bo", valid="2025-09-01", citations=cited[1]),
    )
    page = reader.see(f"{TALKS}/compare?from=2025-06&to=2025-10&clock=published")
    assert "envoy Anna Bo" in words_between(page, 'id="figures-that-changed"', "</section>")
    same = reader.see(f"{TALKS}/compare?from=2025-10&to=2025-11&clock=published")
    assert 'id="figures-that-changed"' not in same.html
    before = reader.see(f"{TALKS}/compare?from=2020&clock=recorded")
    assert before.status == 200


def test_spellings_are_no_news_of_a_comparison(reader: Reader) -> None:
    cited = [{"publisher": "A", "published": "2025-09-12"}]
    alias = {"kind": "alias", "name": "Ana", "same_as": "Ann", "summary": "Ana is Ann"}
    record_facts(reader, fact(**alias, citations=cited), fact(citations=cited))
    page = reader.see(f"{TALKS}/compare?from=2020&to=2026&clock=published")
    assert "Added 1 Release" in page.words
    assert "Spellings and other names 1 Ana is Ann" in page.words


def groups(page: Seen) -> list[str]:
    """The headings of a comparison: the outcomes of facts, and their kinds."""
    return re.findall(r"<h[23]>([A-Z][a-z ]+)<", page.html.partition('id="content"')[2])


def test_a_comparison_is_grouped_by_kind_and_other_spellings_come_last(reader: Reader) -> None:
    reader.editor.open()
    cited = [{"publisher": "A", "published": "2025-09-12"}]
    reader.editor.record(
        kind="alias", name="Ana", same_as="Ann", valid="2025-09-11", citations=cited
    )
    marked = reader.editor.record(summary="Ann was freed", citations=cited)
    other: dict[str, Any] = {"kind": "pardon", "granted_by": "P", "summary": "Ann was pardoned"}
    reader.editor.record(**other, citations=cited)
    body = {"preferred": True, "why": "the best source"}
    address = f"/v1/facts/{marked.json['id']}/preference"
    assert reader.editor.post(address, body, if_match="*").status == 200
    papers = reader.see(f"{TALKS}/compare?from=2025&to=2026&clock=published")
    assert groups(reader.see(f"{TALKS}/compare?from=2020&clock=published")) == [
        "Figures that changed",
        "Added",
        "Pardon",
        "Release",
        "Spellings and other names",
    ]
    assert papers.status == 200
    since = json.loads(reader.editor.get("/v1/changes?after=0").body)["items"][-2]["recorded_at"]
    ours = reader.see(f"{TALKS}/compare?from={since}&clock=recorded")
    assert groups(ours)[:2] == ["Preferred by an editor", "Release"]
    undated = reader.editor.record(
        summary="Bo was freed", external_id="B", citations=[{"publisher": "B"}]
    )
    assert undated.status == 201
    apart = reader.see(f"{TALKS}/compare?from=2020&clock=published")
    assert groups(apart)[-3:] == [
        "Day of publication not given",
        "Release",
        "Spellings and other names",
    ]
    assert "1: no source says when these were published, so they count from" in apart.words
    assert (
        "Day of publication not given"
        not in reader.see(f"{TALKS}/compare?from=2020&clock=recorded").words
    )
