"""A list of the state has a page of its own, since the state's page shows only its first entries."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

import pytest

from api.web.pages.state import PAGE
from api.web.sections import MOST, SECTIONS
from tests.api.asking import fact
from tests.web.browsing import BELARUS
from tests.web.hostile import import_facts

if TYPE_CHECKING:
    from tests.web.browsing import Reader, Seen

pytestmark = pytest.mark.either_database

TALKS: Final = "/n/talks"


def _measures(count: int) -> list[dict[str, object]]:
    common = {"kind": "measure", "action": "imposed", "stage": "in_force", "authority": "US"}
    return [{**common, "target": f"Firm {number:03d}"} for number in range(count)]


def _list_firms(page: Seen) -> list[str]:
    return re.findall(r"Firm \d{3}(?=: imposed by US)", page.words)


def _list_leading(page: Seen, words: str) -> list[str]:
    """The addresses of links with these words."""
    return [unescape(href) for href in re.findall(rf'<a href="([^"]*)">{words}</a>', page.html)]


def test_a_long_list_is_shown_whole_on_pages_of_its_own(reader: Reader) -> None:
    count = 2 * PAGE + 7
    import_facts(reader, *_measures(count))
    state = reader.see(TALKS)
    assert len(_list_firms(state)) == MOST
    pages = [reader.see(_list_leading(state, f"All {count} measures")[0])]
    while following := _list_leading(pages[-1], "More of them"):
        pages.append(reader.see(following[0]))
    assert [len(_list_firms(page)) for page in pages] == [PAGE, PAGE, 7]
    shown = [firm for page in pages for firm in _list_firms(page)]
    assert shown == [f"Firm {number:03d}" for number in range(count)]


def test_a_list_that_fits_leads_nowhere(reader: Reader) -> None:
    import_facts(reader, *_measures(MOST))
    state = reader.see(TALKS)
    assert len(_list_firms(state)) == MOST
    assert f"All {MOST}" not in state.words


def test_each_list_of_the_real_record_shows_what_the_api_answers(real: Reader) -> None:
    empty = []
    for name in SECTIONS:
        page = real.see(f"{BELARUS}/state/{name}?as_of=2025-11-22")
        answer = real.http.get(f"/v1/negotiations/us-belarus/state/{name}?as_of=2025-11-22").json()
        assert page.status == 200, name
        items = answer["items"]
        if name == "custody":
            assert all(entry["person"] in page.words for entry in items)
        else:
            linked = " ".join(page.all("a", "href"))
            shown = [entry["fact"]["id"] for entry in items if entry["fact"]]
            assert all(f"/facts/{id_}" in linked for id_ in shown), name
        if not items:
            assert "Nothing is on record" in page.words, name
            empty.append(name)
    assert set(empty) == {"agreements", "incidents", "open_questions"}


def test_a_list_that_a_state_does_not_have_is_not_found(real: Reader) -> None:
    assert real.see(f"{BELARUS}/state/rumours").status == 404


def test_the_latest_statements_say_if_they_are_those_of_some_speakers_alone(
    reader: Reader,
) -> None:
    of_all = "each speaker’s latest, of the first 100 speakers by name"
    statements = [
        {"kind": "statement", "speaker": f"Speaker {number:03d}"} for number in range(PAGE + 1)
    ]
    import_facts(reader, *statements[:PAGE])
    assert of_all not in reader.see(TALKS).words
    reader.editor.post("/v1/negotiations/talks/facts", fact(**statements[PAGE]))
    assert of_all in reader.see(TALKS).words
