"""The state consists of the registers, resolved at a perspective."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.provenance import Citation
from domain.rules import READING
from domain.streams.negotiation import evolve
from domain.views.known.timeslices import fold_versions, select_known, timeslice
from domain.views.state import count_facts, resolve_state
from tests.examples import OPENED, REUTERS, count, fact
from tests.strategies import SOME, histories, perspectives
from tests.written_log import Log, write_log

if TYPE_CHECKING:
    from domain.streams.entry import Entry

AP = Citation(publisher="AP", published="2025-09-12")


def test_with_nothing_known_every_section_is_there_and_empty() -> None:
    answer = Log().state()
    nothing: dict[str, object] = {
        "low": 0,
        "high": None,
        "approximate": False,
        "facts": [],
        "text": "nothing recorded",
        "contested": False,
        "rests_on": "no fact",
        "cumulative": [],
        "uncounted": [],
        "parts": [],
    }
    shown = {name: answer[name] for name in answer if name not in ("negotiation", "perspective")}
    assert shown == {
        "posts": [],
        "prisoners": {"released": nothing, "pardoned": nothing, "held": []},
        "measures": [],
        "proposals": [],
        "missions": [],
        "custody": [],
        "meetings": {"last": None, "next": None},
        "statements": [],
        "responses": [],
        "agreements": [],
        "incidents": [],
        "open_questions": [],
        "facts": {"recorded": 0, "corrected": 0, "retracted": 0},
    }


def test_the_state_names_its_negotiation_and_its_perspective() -> None:
    answer = Log().state(as_of="2025-11-22", clock="published", as_known_at="2025-11-26")
    assert answer["negotiation"]["slug"] == "us-belarus"
    assert answer["perspective"] == {
        "as_of": "2025-11-22T23:59:59.999999Z",
        "as_known_at": "2025-11-26T23:59:59.999999Z",
        "clock": "published",
        "match": "possible",
        "position": 1,
        "reading": READING,
    }


def test_the_envoy_is_shown_with_since_when_and_from_which_fact() -> None:
    log = Log()
    id_ = log.record(fact("appointment", valid="2025-11-09/..", summary="Coale named"))
    (post,) = log.state()["posts"]
    assert (post["post"], post["holder"]) == ("Special Envoy for Belarus", "John Coale")
    assert (post["since"], post["certainty"], post["contested"]) == ("2025-11-09", "certain", False)
    assert post["fact"] == {
        "id": str(id_),
        "version": 1,
        "summary": "Coale named",
        "valid": "2025-11-09/..",
        "citations": [
            {
                "publisher": "Reuters",
                "title": None,
                "url": None,
                "published": "2025-09-11",
                "origin": None,
                "attribution": None,
                "sources": None,
                "grade": None,
                "quote": None,
                "archived_url": None,
                "accessed": None,
                "language": None,
            }
        ],
    }
    assert log.state(as_of="2025-11-08")["posts"] == []


def test_another_spelling_of_the_same_person_contests_nothing() -> None:
    coale = fact("appointment", valid="2025-11-09/..")
    cole = fact("appointment", valid="2025-11-09/..", person="John Cole")
    (post,) = write_log(coale, cole).state()["posts"]
    assert post["contested"]
    (post,) = write_log(coale, cole, fact("alias", valid="2025-11-09")).state()["posts"]
    assert (post["holder"], post["contested"], len(post["rivals"])) == ("John Coale", False, 1)


def test_one_person_under_two_names_has_one_custody() -> None:
    held = fact("custody", person="Ihar Losik", valid="2021-06/..")
    freed = fact("release", people=("Igor Losik",), destination="Lithuania")
    assert len(write_log(held, freed).state()["custody"]) == 2
    alias = fact("alias", name="Igor Losik", same_as="Ihar Losik", valid="2020")
    (entry,) = write_log(held, freed, alias).state()["custody"]
    assert (entry["person"], entry["status"], entry["place"]) == (
        "Ihar Losik",
        "free",
        "Lithuania",
    )


def test_septembers_release_is_contested_and_counts_once() -> None:
    log = Log()
    ids = []
    for value, citations in ((52, (REUTERS, AP)), (50, (REUTERS,)), (51, (AP,))):
        released = fact("release", matter="sep11", quantities=count(value), citations=citations)
        ids.append(log.record(released))
    log.record(fact("release", valid="2025-06-21", quantities=count(14)))
    total = log.state()["prisoners"]["released"]
    assert (total["low"], total["high"], total["text"]) == (64, 66, "64 to 66")
    june, september = total["parts"]
    assert (june["quantity"]["value"], june["contested"]) == (14, False)
    assert (september["quantity"]["value"], september["contested"]) == (52, True)
    assert len(september["rivals"]) == 2
    assert total["facts"][1] == str(ids[0])


def test_a_cumulative_figure_is_never_added() -> None:
    log = write_log(
        fact("release", quantities=count(52)),
        fact("release", quantities=count(1400, basis="cumulative"), valid="2025-10-01"),
        fact("release", quantities=count(7, basis="stock"), valid="2025-10-01"),
        fact("release", quantities=count(3, basis=None), valid="2025-10-01"),
    )
    released = log.state()["prisoners"]["released"]
    assert (released["text"], len(released["facts"])) == ("at least 1400", 2)


def test_of_one_matter_a_cumulative_report_does_not_push_out_the_increment() -> None:
    log = write_log(
        fact("release", matter="m", quantities=count(52)),
        fact(
            "release", matter="m", quantities=count(99, basis="cumulative"), citations=(REUTERS, AP)
        ),
    )
    released = log.state()["prisoners"]["released"]
    assert (released["text"], len(released["parts"])) == ("at least 99", 1)


def test_an_offer_of_at_least_a_hundred_is_a_proposal_and_no_release() -> None:
    hundred = count(100, comparator="ge")
    answer = write_log(fact("proposal", quantities=hundred, valid="2025-11-20")).state()
    (proposal,) = answer["proposals"]
    assert (proposal["quantities"][0]["low"], proposal["quantities"][0]["high"]) == (100, None)
    assert answer["prisoners"]["released"]["text"] == "nothing recorded"


def test_a_total_says_what_is_only_possible_and_what_is_approximate() -> None:
    log = write_log(
        fact("pardon", quantities=count(23, what="pardoned"), valid="2025-11"),
        fact("pardon", quantities=count(40, what="pardoned", comparator="approx")),
        fact("release", quantities=count(what="released", text="dozens")),
    )
    prisoners = log.state()["prisoners"]
    assert prisoners["pardoned"]["text"] == "about 40"
    assert prisoners["released"]["text"] == "at least 24"
    assert prisoners["released"]["rests_on"] == "1 number added, “dozens” read as at least 24"
    sure = log.state(match="certain")["prisoners"]["pardoned"]
    assert len(sure["facts"]) == 1


def test_a_key_is_compared_without_case_and_blanks() -> None:
    log = write_log(
        fact("mission", status="open", valid="2008"),
        fact("mission", status="suspended", post="US  Embassy in MINSK", valid="2022-02"),
    )
    (mission,) = log.state()["missions"]
    assert mission["status"] == "suspended"


def test_a_corrected_fact_shows_its_new_content_and_is_counted_as_corrected() -> None:
    log = Log()
    id_ = log.record(fact("release", quantities=count(52)))
    log.correct(id_, quantities=count(51), at="2025-12-05")
    assert log.state()["prisoners"]["released"]["text"] == "51"
    assert log.state(as_known_at="2025-12-04")["prisoners"]["released"]["text"] == "52"
    assert log.state()["facts"] == {"recorded": 1, "corrected": 1, "retracted": 0}


@pytest.mark.parametrize("match", ["possible", "certain"])
def test_what_is_only_possible_is_shown_where_possible_is_enough(match: Any) -> None:  # noqa: ANN401 -- a literal
    log = write_log(fact("custody", valid="2025-09-11/"))
    shown = [entry["certainty"] for entry in log.state(match=match)["custody"]]
    assert shown == (["possible"] if match == "possible" else [])


@SOME
@given(histories(), st.data())
def test_a_state_is_plain_json_and_totals_rest_on_the_facts_that_they_list(
    entries: list[Entry], data: st.DataObject
) -> None:
    at = data.draw(perspectives(len(entries)))
    every = fold_versions(entries)
    seen = timeslice(every, at)
    answer = resolve_state(evolve(None, OPENED), seen, count_facts(select_known(every, at)), at)
    assert json.loads(json.dumps(answer)) == answer
    for total in (answer["prisoners"]["released"], answer["prisoners"]["pardoned"]):
        assert total["high"] is None or total["low"] <= total["high"]
        assert len(total["facts"]) == len(total["parts"]) == len(set(total["facts"]))
        matters = [part["matter"] for part in total["parts"] if part["matter"] is not None]
        assert len(matters) == len(set(matters))
    again = resolve_state(evolve(None, OPENED), seen, count_facts(select_known(every, at)), at)
    assert json.dumps(again) == json.dumps(answer)
