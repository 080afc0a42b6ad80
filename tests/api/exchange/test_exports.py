"""An export streams a record at any perspective, as lines or as a table, and imports as the same record."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from starlette.testclient import TestClient

from api.cli.ask import reply_to
from api.commands import export as exporting
from api.commands.export import Export
from domain.fact import KINDS, as_primitives
from domain.time.perspective import PerspectiveQuery
from infrastructure.readers import pages
from tests.api.asking import TALKS, Client, authorize, count, without_credentials
from tests.examples import fact as example_fact
from tests.examples import full_fact

if TYPE_CHECKING:
    from pathlib import Path

    from api.composition import Parley

pytestmark = pytest.mark.either_database

EXPORT = f"{TALKS}/export"
CSV = "text/csv"
NDJSON = "application/x-ndjson"
AWKWARD: Final[list[dict[str, Any]]] = [
    {"people": ["Ann; Bo", {"name": "Eve", "id": "wikidata:Q1"}, "Zoë"], "external_id": "a;b"},
    {"note": '=1+1 "quoted"\nand a line more', "people": ['["x"', "-x"], "external_id": "n"},
    {"links": [{"relation": "confirms", "fact": "external:a;b"}], "external_id": "l"},
    {"citations": [{"publisher": f"Paper {n}", "quote": '"1;2"'} for n in range(12)]},
]


def lines_of(parley: Parley, slug: str, *, history: bool) -> list[dict[str, Any]]:
    """The lines of an export, without the ids of facts that have no external id."""
    query = PerspectiveQuery()
    exported = Export.of(parley, parley.owner, slug, query, history=history)
    return [
        {name: value for name, value in line.items() if name != "id"} for line in exported.lines()
    ]


def fill(client: Client) -> None:
    """Record every kind of fact with its fewest and all of its fields, and each sort of change."""
    client.open()
    kinds = sorted(name for name, cls in KINDS.items() if cls.__module__.startswith("domain.kinds"))
    for example in [make(kind) for make in (example_fact, full_fact) for kind in kinds]:
        sent = {
            name: held for name, held in as_primitives(example).items() if held not in (None, [])
        }
        client.record(**{**sent, "external_id": f"e{len(sent)}-{sent['kind']}", "links": []})
    for fields in AWKWARD:
        client.record(**fields)
    at = client.record(external_id="x", quantities=count(50)).headers["location"]
    changes = {"quantities": count(52), "note": None, "people": ["A", "B;C"]}
    body = {"reason": "coding_error", "why": "Misread", "changes": changes}
    body |= {"citation": {"publisher": "Correcting Paper", "published": "2025-12"}}
    assert client.post(f"{at}/corrections", body, if_match="*").status == 200
    cited = {"citation": {"publisher": "AP", "title": "Fifty-two; or so"}, "why": "Also"}
    client.post(f"{at}/corroborations", cited, if_match="*")
    client.post(f"{at}/preference", {"preferred": True, "why": "Counted"}, if_match="*")
    ended = {"op": "end", "external_id": "e9-custody", "ended": "2025-12", "why": "Over"}
    said = {"op": "corroborate", "external_id": "x", "citation": {"publisher": "BBC"}}
    lines = b"\n".join(json.dumps(line).encode() for line in (ended, said))
    imported = client.post(f"{TALKS}/import?batch=first&partial=true", lines, content_type=NDJSON)
    assert imported.json["corroborated"] == 1, imported.json
    gone = client.record(external_id="y").headers["location"]
    retracted = client.post(
        f"{gone}/retraction", {"reason": "coding_error", "why": "No"}, if_match="*"
    )
    assert retracted.status == 200


@pytest.mark.cases(2)
@pytest.mark.parametrize("history", [False, True], ids=["standing", "history"])
@pytest.mark.parametrize("media", ["application/x-ndjson", CSV])
def test_what_is_exported_imports_as_the_same_record(
    client: Client, parley: Parley, monkeypatch: pytest.MonkeyPatch, media: str, history: bool
) -> None:
    monkeypatch.setattr(exporting, "FACTS_A_READ", 3)
    monkeypatch.setattr(exporting, "ENTRIES_A_READ", 4)
    fill(client)
    answer = client.get(f"{EXPORT}?history={str(history).lower()}", accept=media)
    assert answer.status == 200
    assert answer.headers["content-type"].partition(";")[0] == media
    if media == CSV:
        rows = list(csv.reader(io.StringIO(answer.body.decode(), newline="")))
        assert [] not in rows, "no row is empty"
    client.open("again")
    again = "/v1/negotiations/again/import"
    imported = client.post(again, answer.body, content_type=media)
    assert (imported.status, imported.json["rejected"]) == (200, []), imported.json
    there = lines_of(parley, "talks", history=history)
    assert lines_of(parley, "again", history=history) == there
    assert len(there) > 30


def test_it_is_the_export_of_a_perspective_that_it_names(client: Client) -> None:
    client.open()
    client.record(external_id="early", valid="2025-01", summary="Early")
    client.record(external_id="late", valid="2025-11", summary="Late")

    def list_external_ids(query: str) -> list[str]:
        lines = client.get(f"{EXPORT}?{query}").body.splitlines()
        return [json.loads(line)["external_id"] for line in lines]

    assert list_external_ids("") == ["early", "late"]
    assert list_external_ids("as_of=2025-06") == ["early"]
    assert list_external_ids("position=2") == ["early"]
    answer = client.get(f"{EXPORT}?history=true")
    canonical = answer.headers["link"].partition(">")[0].removeprefix("<")
    client.record(external_id="later")
    assert client.get(canonical).body == answer.body
    assert client.get(f"{EXPORT}?position=9").status == 409
    assert client.get(f"{EXPORT}?order=x").pointers == ["/query/order"]


def test_false_claims_are_exported_only_when_asked_for_and_to_who_may_read_them(
    client: Client, parley: Parley
) -> None:
    client.open()
    at = client.record(external_id="x", summary="A false name").headers["location"]
    body = {"reason": "coding_error", "why": "Misread", "changes": {"summary": "A right name"}}
    client.post(f"{at}/corrections", body, if_match="*")
    assert b"false name" not in client.get(EXPORT).body
    assert b"false name" in client.get(f"{EXPORT}?history=true").body
    reader = Client(TestClient(client.http.app, headers=authorize(parley, "Ann", "fact:read")))
    assert reader.get(EXPORT).status == 200
    assert reader.get(f"{EXPORT}?history=true").status == 403
    client.post(f"{TALKS}/settings", {"visibility": "private", "members": ["editor"]}, if_match="*")
    hidden = without_credentials(client).get(EXPORT)
    assert (hidden.status, hidden.json["detail"]) == (404, "no negotiation talks")


def test_what_is_erased_between_two_pages_is_not_in_the_second(
    client: Client, parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "FACTS_A_READ", 1)
    client.open()
    client.record(external_id="x")
    at = client.record(external_id="y", summary="To be forgotten").headers["location"]
    client.post(f"{TALKS}/settings", {"review_erasure": False}, if_match="*")
    query = PerspectiveQuery()
    pages = Export.of(parley, parley.owner, "talks", query, history=False).pages()
    assert next(pages)[0]["external_id"] == "x"
    assert client.post(f"{at}/erasure", {"reason": "asked for"}, if_match="*").status == 200
    assert "forgotten" not in str(list(pages))


def test_an_empty_export_is_empty(client: Client, tmp_path: Path) -> None:
    client.open()
    assert client.get(EXPORT).body == b""
    assert client.get(EXPORT, accept=CSV).body.strip() == b""
    assert client.get(f"{EXPORT}?bom=true", accept=CSV).body.startswith(b"\xef\xbb\xbf")
    assert not list(tmp_path.glob("*.part"))


def test_it_is_read_within_the_process_too(client: Client, parley: Parley) -> None:
    client.open()
    client.record(external_id="x")
    reply = reply_to(parley, EXPORT, parley.owner)
    assert json.loads(reply.body)["external_id"] == "x"


def test_an_export_of_large_facts_is_read_in_small_pages(
    client: Client, parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.open()
    for number in range(7):
        client.record(external_id=f"F{number}", note="a long note " * 100)
    exported = Export.of(parley, parley.owner, "talks", PerspectiveQuery(), history=False)
    whole = list(exported.lines())
    monkeypatch.setattr(pages, "MOST_BYTES", 3_000)
    found = list(exported.pages())
    assert max(map(len, found)) < len(whole) == 7
    assert [line for page in found for line in page] == whole
