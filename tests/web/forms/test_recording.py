"""A form shows how a fact would be read before it is recorded, and shows faults beside their fields."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from api.commands.importing.described import describe_columns
from infrastructure.database.pools import BEGIN_OPTION
from tests.web.forms.releases import RECORD_FORM
from tests.web.hostile import HOSTILE_TEXTS

if TYPE_CHECKING:
    from tests.web.browsing import Reader, Seen
    from tests.web.desk import Desk

FREED: Final[dict[str, Any]] = {
    "valid": "2025-09-11",
    "summary": "At least 100 freed",
    "quantity.what": "released",
    "quantity.text": "at least 100",
    "citation.publisher": "Reuters",
    "citation.url": "https://reuters.example/1",
}


def _fill_form(desk: Desk, deed: str, kind: str = "release", **more: str) -> Seen:
    """The response to a form of a kind, filled in."""
    form = desk.see(f"{RECORD_FORM}?kind={kind}")
    assert form.status == 200, form.words
    return desk.fill(form, RECORD_FORM, **{**FREED, **more, "do": deed})


def test_a_fact_is_checked_and_recorded(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    desk.enter()
    checked = _fill_form(desk, "check", people="Ann Example; Ben Example")
    assert checked.status == 200
    assert "It can be recorded" in checked.words
    assert "Read as: 100 or more." in checked.words
    assert reader.editor.get("/v1/negotiations/talks/timeline").json["items"] == []
    saved = desk.fill(checked, RECORD_FORM, do="save")
    assert saved.status == 303
    [record] = reader.editor.get("/v1/negotiations/talks/timeline").json["items"]
    assert saved.headers["location"] == f"/n/talks/facts/{record['id']}"
    fact = record["fact"]
    assert fact["people"] == ["Ann Example", "Ben Example"]
    assert fact["quantities"][0]["low"] == 100
    assert fact["citations"][0]["url"] == "https://reuters.example/1"
    assert desk.see(saved.headers["location"]).status == 200
    audit = reader.editor.get(f"/v1/facts/{record['id']}/history").json["items"]
    assert audit[0]["actor"] == "Ann"


def test_one_form_records_once_however_often_it_is_sent(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    desk.enter()
    form = desk.see(f"{RECORD_FORM}?kind=release")
    with ThreadPoolExecutor(4) as pool:
        sent = pool.map(lambda _: desk.fill(form, RECORD_FORM, **FREED, do="save"), range(4))
        answers = {(each.status, each.headers["location"]) for each in sent}
    assert len(answers) == 1
    assert len(reader.editor.get("/v1/negotiations/talks/timeline").json["items"]) == 1
    _fill_form(desk, "save")
    assert len(reader.editor.get("/v1/negotiations/talks/timeline").json["items"]) == 2


def test_a_form_whose_outcome_is_unknown_says_to_send_it_again_and_saves_it_once(
    reader: Reader, desk: Desk
) -> None:
    reader.editor.open()
    desk.enter()
    form = desk.see(f"{RECORD_FORM}?kind=release")

    def lose(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("postgresql_readonly") or options.get(BEGIN_OPTION) == "BEGIN":
            return
        raise OperationalError("COMMIT", None, OSError("the server closed the connection"))

    event.listen(Engine, "commit", lose)
    try:
        lost = desk.fill(form, RECORD_FORM, **FREED, do="save")
    finally:
        event.remove(Engine, "commit", lose)
    assert lost.status == 503
    assert "not known whether this was saved" in lost.words
    assert "let your browser send the form again" in lost.words
    assert "Idempotency" not in lost.html
    assert "/n/talks/timeline" in lost.all("a", "href")
    again = desk.fill(form, RECORD_FORM, **FREED, do="save")
    assert again.status == 303
    [record] = reader.editor.get("/v1/negotiations/talks/timeline").json["items"]
    assert again.headers["location"] == f"/n/talks/facts/{record['id']}"


@pytest.mark.either_database
def test_each_fault_stands_beside_its_field_and_nothing_typed_is_lost(
    reader: Reader, desk: Desk
) -> None:
    reader.editor.open()
    desk.enter()
    wrong = {
        "valid": "yesterday",
        "quantity.text": "nonsense",
        "citation.url": "nowhere",
        "citation.grade": "Z9",
    }
    refused = _fill_form(desk, "save", **wrong)
    assert refused.status == 422
    assert "4 things have to be corrected. Nothing was recorded." in refused.words
    described = {
        given["name"]: given.get("aria-describedby", "")
        for tag, given in refused.elements
        if given.get("aria-invalid") == "true"
    }
    assert described.keys() == wrong.keys()
    ids = {given.get("id") for _, given in refused.elements}
    for column, text in described.items():
        assert column
        assert text
        assert f"f-{column.replace('.', '-')}-fault" in text.split()
        assert {*text.split()} <= ids
    held = refused.form(RECORD_FORM)[1]
    assert {name: held[name] for name in FREED} == {
        **FREED,
        **{k: v for k, v in wrong.items() if k in FREED},
    }
    mended = desk.fill(refused, RECORD_FORM, **FREED, **{"citation.grade": "B2"}, do="save")
    assert mended.status == 303


@pytest.mark.either_database
def test_what_is_missing_is_asked_for_at_its_field(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    desk.enter()
    form = desk.see(f"{RECORD_FORM}?kind=custody")
    refused = desk.fill(form, RECORD_FORM, do="save")
    wrong = {given["name"] for _, given in refused.elements if given.get("aria-invalid") == "true"}
    needed = {
        column["column"]
        for column in describe_columns("custody")
        if column["needed"] and column["column"] != "kind"
    }
    assert wrong == needed


@pytest.mark.either_database
def test_more_numbers_and_sources_are_added_one_by_one(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    desk.enter()
    two = _fill_form(desk, "add-citation")
    three = desk.fill(two, RECORD_FORM, do="add-citation")
    assert "Sources: 3 of 3" in three.words
    sources = {"citation2.publisher": "AFP", "citation3.publisher": "AP", "citation3.url": "x"}
    refused = desk.fill(three, RECORD_FORM, **sources, do="save")
    wrong = {given["name"] for _, given in refused.elements if given.get("aria-invalid") == "true"}
    assert wrong == {"citation3.url"}
    gap = desk.fill(
        refused, RECORD_FORM, **{"citation2.publisher": "", "citation3.url": "y"}, do="save"
    )
    wrong = {given["name"] for _, given in gap.elements if given.get("aria-invalid") == "true"}
    assert wrong == {"citation3.url"}, "a source that is left empty moves no fault"
    assert desk.fill(gap, RECORD_FORM, **{"citation3.url": ""}, do="save").status == 303
    [record] = reader.editor.get("/v1/negotiations/talks/timeline").json["items"]
    assert [citation["publisher"] for citation in record["fact"]["citations"]] == ["Reuters", "AP"]


@pytest.mark.either_database
def test_similar_facts_rivals_and_notices_are_named_before_saving(
    reader: Reader, desk: Desk
) -> None:
    reader.editor.open()
    first = reader.editor.record(
        kind="release",
        valid="2025-09-11",
        summary="At least 100 people freed",
        quantities=[{"what": "released", "text": "at least 100"}],
        matter="m",
    )
    desk.enter()
    rival = _fill_form(desk, "check", matter="m", people="Ann / Ben")
    assert "Other facts on the same question" in rival.words
    told = _fill_form(desk, "check", people="Ann / Ben")
    assert "Similar facts on record" in told.words
    assert f"/n/talks/facts/{first.json['id']}" in told.html
    assert "Look at people 1" in told.words


@pytest.mark.either_database
def test_a_name_that_is_taken_is_said_at_its_field(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    desk.enter()
    assert _fill_form(desk, "save", external_id="A-1").status == 303
    for deed, status in (("check", 200), ("save", 409)):
        taken = _fill_form(desk, deed, external_id="A-1")
        assert taken.status == status
        wrong = [given["name"] for _, given in taken.elements if "aria-invalid" in given]
        assert wrong == ["external_id"]


@pytest.mark.either_database
@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_text_is_shown_again_as_text(reader: Reader, desk: Desk, text: str) -> None:
    reader.editor.open()
    desk.enter()
    for deed in ("check", "save"):
        page = _fill_form(
            desk,
            deed,
            valid="never",
            summary=text,
            note=text,
            people=text,
            **{"citation.title": text},
        )
        assert page.form(RECORD_FORM)[1]["summary"] == text
        assert page.form(RECORD_FORM)[1]["people"] == text
        assert not [given for tag, given in page.elements if tag == "script" and "src" not in given]
        assert not [name for _, given in page.elements for name in given if name.startswith("on")]


@pytest.mark.either_database
def test_who_may_not_record_is_offered_no_form_and_sends_none(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    away = desk.see(f"{RECORD_FORM}?kind=release")
    assert (away.status, away.headers["location"]) == (
        303,
        "/sign-in?to=%2Fn%2Ftalks%2Frecord%3Fkind%3Drelease",
    )
    assert desk.post(RECORD_FORM, {"kind": "release", **FREED}).status == 401
    desk.enter("Reader", "fact:read")
    assert "Record a fact" not in desk.see("/n/talks").words
    token = desk.see("/n/talks").form("/sign-out")[1]
    refused = desk.post(RECORD_FORM, {"kind": "release", "do": "save", **FREED, **token})
    assert refused.status == 403
    assert "fact:write" in refused.words


def test_what_was_written_outlives_the_session(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    key = desk.enter()
    form = desk.see(f"{RECORD_FORM}?kind=release")
    desk.parley.keys.revoke(key.split("_")[1])
    ended = desk.fill(form, RECORD_FORM, **FREED, do="save")
    assert ended.status == 401
    assert "Your session has ended" in ended.words
    assert FREED["summary"] in ended.words
    desk.enter("Ann")
    anew = desk.fill(ended, RECORD_FORM)
    assert anew.status == 403
    assert "You are Ann now." in anew.words
    assert reader.editor.get("/v1/negotiations/talks/timeline").json["items"] == []
    assert desk.fill(anew, RECORD_FORM).status == 303
    [record] = reader.editor.get("/v1/negotiations/talks/timeline").json["items"]
    assert record["fact"]["summary"] == FREED["summary"]
    elsewhere = desk.post(RECORD_FORM, {"kind": "release", **FREED}, origin="https://evil.example")
    assert elsewhere.status == 403
    assert FREED["summary"] not in elsewhere.html


@pytest.mark.either_database
def test_a_form_records_in_no_negotiation_that_is_hidden(reader: Reader, desk: Desk) -> None:
    body = {"slug": "talks", "title": "Canary", "parties": [], "visibility": "private"}
    assert reader.editor.post("/v1/negotiations", body).status == 201
    desk.enter()
    assert desk.see(RECORD_FORM).status == desk.see("/n/nothing/record").status == 404
    token = desk.see("/").form("/sign-out")[1]
    refused = desk.post(RECORD_FORM, {"kind": "release", "do": "save", **FREED, **token})
    assert refused.status == 404
    assert "Canary" not in refused.html
