"""A claim leads to its denial; the words of names keep their capitals, and a question the order in which it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.words.test_who_says_what import TALKS, list_contested_targets

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database


def test_a_denial_is_shown_beside_what_it_denies_until_that_is_withdrawn(reader: Reader) -> None:
    editor = reader.editor
    editor.open()
    offer = {"kind": "proposal", "by": "Kaldova", "content": "an exchange", "stage": "offered"}
    offered = editor.record(**offer, summary="Kaldova makes an offer", external_id="K-9").json
    denial = {"kind": "response", "asked": "The ministry", "answer": "denied", "about": "an offer"}
    link = {"relation": "conflicts_with", "fact": "external:K-9"}
    denied = editor.record(**denial, summary="There was no offer", links=[link]).json
    claims = f"{TALKS}/claims/{denied['id']}"
    timeline = reader.see(f"{TALKS}/timeline")
    assert [to.partition("?")[0] for to in list_contested_targets(timeline)] == [claims, claims]
    page = reader.see(claims)
    assert "Kaldova makes an offer" in page.words
    assert "undisputed" not in page.words
    assert list_contested_targets(page) == ["#claims"]
    assert f"{TALKS}/facts/{offered['id']}" in page.all("a", "href")
    why = {"reason": "source_retracted", "why": "The paper withdrew it"}
    retraction = f"/v1/facts/{offered['id']}/retraction"
    assert editor.post(retraction, why, if_match='"1"').status == 200
    assert list_contested_targets(reader.see(f"{TALKS}/timeline")) == []
    page = reader.see(claims)
    assert "Kaldova makes an offer" not in page.words
    assert list_contested_targets(page) == []


def test_an_offer_that_is_denied_is_contested_on_every_page(reader: Reader) -> None:
    editor = reader.editor
    editor.open()
    offer = {"kind": "proposal", "by": "Kaldova", "content": "an exchange", "stage": "offered"}
    offered = editor.record(**offer, summary="Kaldova makes an offer", external_id="K-9").json
    denial = {"kind": "response", "asked": "The ministry", "answer": "denied", "about": "an offer"}
    link = {"relation": "conflicts_with", "fact": "external:K-9"}
    denied = editor.record(**denial, summary="There was no offer", links=[link]).json
    claims = f"{TALKS}/claims/{offered['id']}"
    state = reader.see(f"{TALKS}/state/proposals")
    assert [to.partition("?")[0] for to in list_contested_targets(state)] == [claims]
    assert state.words.count("There was no offer") == 1
    assert reader.see(claims).words.count("There was no offer") == 1
    for id_ in (offered["id"], denied["id"]):
        page = reader.see(f"{TALKS}/claims/{id_}")
        assert "Shown: Kaldova makes an offer" in page.words
        assert list_contested_targets(page) == ["#claims"]


def test_a_denial_of_two_offers_is_shown_beside_the_one_that_stands(reader: Reader) -> None:
    editor = reader.editor
    editor.open()
    offer = {"kind": "proposal", "by": "Kaldova", "content": "an exchange", "stage": "offered"}
    first, second = (
        editor.record(**offer, summary=f"Kaldova makes offer {name}", external_id=name).json
        for name in ("K-8", "K-9")
    )
    denial = {"kind": "response", "asked": "The ministry", "answer": "denied", "about": "offers"}
    links = [{"relation": "conflicts_with", "fact": f"external:{name}"} for name in ("K-8", "K-9")]
    denied = editor.record(**denial, summary="There was no offer", links=links).json
    why = {"reason": "source_retracted", "why": "The paper withdrew it"}
    retraction = f"/v1/facts/{first['id']}/retraction"
    assert editor.post(retraction, why, if_match='"1"').status == 200
    page = reader.see(f"{TALKS}/claims/{denied['id']}")
    assert f"{TALKS}/facts/{second['id']}" in page.all("a", "href")
    assert list_contested_targets(page) == ["#claims"]


def test_a_capital_at_the_beginning_leaves_the_other_letters_as_they_are(reader: Reader) -> None:
    reader.editor.open()
    held = [{"what": "held", "text": "more than 110"}]
    count_ = {"kind": "prisoner_count", "counted_by": "Border Watch", "quantities": held}
    assert reader.editor.record(**count_, population="people of Kaldova in Rethmark").status == 201
    assert "People of Kaldova in Rethmark" in reader.see(TALKS).words


def test_who_asked_stands_before_what_was_asked(reader: Reader) -> None:
    reader.editor.open()
    asked = {"asked": "The ministry", "answer": "declined", "about": "an exchange of prisoners"}
    assert reader.editor.record(kind="response", **asked, asked_by="Reuters").status == 201
    assert "Asked by Reuters about: an exchange of prisoners." in reader.see(TALKS).words
