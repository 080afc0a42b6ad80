"""Invisible characters, characters that reorder text, and addresses of no page are refused in every body."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from domain.fact import KINDS, fact_id
from domain.provenance import Citation
from domain.quantity import Quantity
from domain.streams.event import FactRecorded, NegotiationOpened
from domain.streams.negotiation import negotiation_id
from tests.api.asking import FACTS, TALKS, count, fact
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from api.composition import Parley
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database

HOSTILE: Final = (
    "a\u202eb",
    "a\u009b31mb",
    "a\u001b[2Jb",
    "a\u2066b",
    "a\ufeffb",
    "a\u200bb",
    "a\u2028b",
)
NO_NAMES: Final = (
    *(
        "a\u2060b",
        "a\u2061b",
        "a\u034fb",
        "a\u115fb",
        "a\u1160b",
        "a\u3164b",
        "a\u180eb",
        "a\ufe0fb",
    ),
    *("a\U000e0100b", "a\U0001d173b"),
)
BROKEN: Final = ("a\rb", "a\nb", "a\r\nb", "a\u00adb")
BLANK: Final = ("", " ", "\u200b\u2060", "\u3164", "\u00ad\u034f", "\u115f\u00a0\u3000", "\u0301")
FIELDS: Final = (
    *(
        "summary",
        "note",
        "matter",
        "external_id",
        "population",
        "destination",
        "people.0",
        "places.0",
        "parties.0",
    ),
    *(
        "quantities.0.what",
        "quantities.0.text",
        "citations.0.publisher",
        "citations.0.title",
        "citations.0.origin",
    ),
)


def place_text(path: str, text: str) -> dict[str, Any]:
    body = fact(people=["A"], places=["B"], parties=["C"], quantities=count(5))
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    part: Any = body
    for step in way:
        part = part[step]
    part[last] = text
    return body


@pytest.mark.parametrize("path", FIELDS)
def test_no_text_of_a_fact_is_blank_or_holds_what_nobody_sees(
    light_client: Client, path: str
) -> None:
    light_client.open()
    one_line = path not in {"summary", "note"}
    for text in (*HOSTILE, *NO_NAMES, *BLANK, *(BROKEN if one_line else ())):
        answer = light_client.post(FACTS, place_text(path, text))
        assert (answer.status, answer.pointers) == (422, [f"/{path.replace('.', '/')}"]), ascii(
            text
        )
        assert answer.json["detail"].isprintable()


def test_only_what_is_told_at_length_has_several_lines(light_client: Client) -> None:
    light_client.open()
    body = fact(
        kind="statement",
        speaker="A",
        quote="a\nb",
        note="a\r\nb",
        summary="a\rco\u00adb",
        external_id="S",
    )
    assert light_client.post(FACTS, body).status == 201
    for text in (*NO_NAMES, *BROKEN):
        answer = light_client.post(
            FACTS, {**body, "external_id": "T", "speaker": f"Same{text}Name"}
        )
        assert (answer.status, answer.pointers) == (422, ["/speaker"]), ascii(text)
        title = {"slug": "other", "title": text, "parties": ["A"]}
        assert light_client.post("/v1/negotiations", title).pointers == ["/title"]


def test_a_link_names_no_external_id_of_which_nobody_sees_anything(light_client: Client) -> None:
    light_client.open()
    for text in (" ", "\t", "\u2800", "\u0301", "\u00a0\u3000"):
        links = [{"relation": "confirms", "fact": f"external:{text}"}]
        answer = light_client.post(FACTS, fact(links=links))
        assert (answer.status, answer.pointers) == (422, ["/links/0/fact"]), ascii(text)
    links = [{"relation": "confirms", "fact": "external:BY 049"}]
    assert light_client.post(FACTS, fact(links=links)).status == 201


@on_sqlite
def test_no_body_of_any_operation_may_have_characters_that_nobody_sees(client: Client) -> None:
    client.open()
    record = client.record()
    where, tag = record.headers["location"], record.headers["etag"]
    settings = client.get(f"{TALKS}/settings").headers["etag"]
    talks = {"slug": "other", "title": "Talks", "parties": ["A"]}
    cited = {"citation": {"publisher": "A", "published": "2025"}}
    for text in ("a\u202eb", "\u3164"):
        for path, match, body, pointer in (
            ("/v1/negotiations", None, {**talks, "title": text}, "/title"),
            ("/v1/negotiations", None, {**talks, "parties": [text]}, "/parties/0"),
            ("/v1/negotiations", None, {**talks, "summary": text}, "/summary"),
            (f"{TALKS}/settings", settings, {"members": [text]}, "/members/0"),
            (f"{TALKS}/snapshots", None, {"name": text}, "/name"),
            (f"{where}/retraction", tag, {"reason": "coding_error", "why": text}, "/why"),
            (f"{where}/preference", tag, {"preferred": True, "why": text}, "/why"),
            (f"{where}/erasure", tag, {"reason": text}, "/reason"),
            (f"{where}/erasure", tag, {"reason": "a", "approvers": [text]}, "/approvers/0"),
            (f"{where}/corroborations", tag, {**cited, "why": text}, "/why"),
            (f"{where}/corroborations", tag, {"citation": {"publisher": text}}, "/citation/publisher"),
            (
                f"{where}/corrections",
                tag,
                {"reason": "coding_error", "why": "a", "changes": {"note": text}},
                "/changes/note",
            ),
            (
                FACTS,
                None,
                fact(citations=[{"publisher": "A", "confidential": {"identity": text}}]),
                "/citations/0/confidential/identity",
            ),
        ):  # fmt: skip
            headers = {} if match is None else {"if_match": match}
            answer = client.post(path, body, **headers)
            assert answer.status == 422, (path, ascii(text), answer.json)
            assert answer.pointers == [pointer]
    assert client.get(where).json["version"] == 1


@on_sqlite
def test_an_import_refuses_it_with_its_line(client: Client) -> None:
    client.open()
    lines = [fact(external_id="a"), fact(external_id="b", summary="a\u202eb")]
    body = "\n".join(map(json.dumps, lines)).encode()
    answer = client.post(f"{TALKS}/import", body, content_type="application/x-ndjson")
    (rejected,) = answer.json["rejected"]
    assert (rejected["line"], rejected["pointer"]) == (2, "/summary")
    assert "U+202E" in rejected["detail"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://a.org",
        "https://u:p@a.org",
        "https://a.org\\b",
        "https://a.org/ b",
        "a",
        "https://",
    ],
)
def test_a_citation_leads_to_a_page(light_client: Client, url: str) -> None:
    light_client.open()
    answer = light_client.post(FACTS, fact(citations=[{"publisher": "A", "url": url}]))
    assert (answer.status, answer.pointers) == (422, ["/citations/0/url"])
    record = light_client.record(citations=[{"publisher": "A", "url": "https://a.org"}])
    answer = light_client.post(
        f"{record.headers['location']}/corroborations",
        {"citation": {"publisher": "B", "url": url}},
        if_match=record.headers["etag"],
    )
    assert (answer.status, answer.pointers) == (422, ["/citation/url"])


def test_nobody_is_counted_below_zero(light_client: Client) -> None:
    light_client.open()
    for part in ({"value": -5}, {"low": -5}, {"high": -5}, {"value": 0, "comparator": "lt"}):
        body = fact(quantities=[{"what": "released", **part}])
        (name, *_) = part
        answer = light_client.post(FACTS, body)
        assert (answer.status, answer.pointers) == (422, [f"/quantities/0/{name}"])
        assert "below zero" in answer.json["detail"]


def store_as_before(parley: Parley, external_id: str = "old") -> str:
    """Record a fact with texts that are refused now, as an older version stored them."""
    talks = negotiation_id("talks")
    opened = NegotiationOpened(
        originator_id=talks, originator_version=1, actor="editor", slug="talks",
        title="Talks\u202e", parties=("A\u009b",), summary="\u3164",
    )  # fmt: skip
    release = KINDS["release"](
        kind="release",
        valid="2025-09-11",
        summary="Freed\u202e \u009b31m",
        people=("A\u200bB", "C\u2060\rD"),
        citations=(Citation(publisher="K\u2066", url="javascript:alert(1)"),),
        quantities=(Quantity(what="released", comparator="eq", value=-5, low=-5, high=-5),),
        external_id=external_id,
    )
    recorded = FactRecorded(
        originator_id=fact_id(talks, external_id), originator_version=1, actor="editor",
        negotiation_id=talks, fact=release,
    )  # fmt: skip
    parley.ledger.append([opened, recorded])
    return str(recorded.originator_id)


def test_what_was_stored_before_is_read_as_it_is_and_goes_on_changing(
    client: Client, parley: Parley
) -> None:
    where = f"/v1/facts/{store_as_before(parley)}"
    record = client.get(where)
    assert record.status == 200
    assert record.json["fact"]["summary"] == "Freed\u202e \u009b31m"
    assert record.json["fact"]["quantities"][0]["low"] == -5
    for path in ("", "/timeline", "/tally?what=released", "/audit"):
        assert client.get(f"{TALKS}{path}").status == 200
    body = {"citation": {"publisher": "B", "url": "https://b.org"}}
    changed = client.post(f"{where}/corroborations", body, if_match=record.headers["etag"])
    assert changed.status == 200
    correction = {"reason": "coding_error", "why": "unseen", "changes": {"note": "checked"}}
    answer = client.post(f"{where}/corrections", correction, if_match=changed.headers["etag"])
    assert answer.status == 200, answer.json
    assert answer.json["fact"]["summary"] == "Freed\u202e \u009b31m"
    correction["changes"] = {"note": "checked", "people": ["A\u200bB", "C\u2060\rD", "C\u200bD"]}
    answer = client.post(f"{where}/corrections", correction, if_match=answer.headers["etag"])
    assert answer.pointers == ["/changes/people/2"]
    correction["changes"] = {"summary": "Freed"}
    answer = client.post(
        f"{where}/corrections", correction, if_match=client.get(where).headers["etag"]
    )
    assert answer.json["fact"]["summary"] == "Freed"


def test_a_fact_with_a_refused_external_id_of_former_times_can_still_be_changed(
    client: Client, parley: Parley
) -> None:
    store_as_before(parley, "old\u2060\r")
    line = {
        "op": "retract",
        "external_id": "old\u2060\r",
        "reason": "coding_error",
        "why": "unseen",
    }
    body = json.dumps(line).encode()
    answer = client.post(f"{TALKS}/import", body, content_type="application/x-ndjson")
    assert answer.json["retracted"] == 1, answer.json
