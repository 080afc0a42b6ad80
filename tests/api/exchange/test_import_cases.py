"""Files as users have them, imported over HTTP: each case of the design's table of imports, on both databases."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from tests.api.asking import Client, authorize, fact
from tests.conftest import DATABASES
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.api.asking import Answer
    from tests.databases import Kind

NDJSON: Final = "application/x-ndjson"
CSV: Final = "text/csv"
UPDATE: Final = {"update": "true", "reason": "better_evidence", "why": "the master list"}
HELD: Final = {"kind": "custody", "person": "Ann Example", "status": "detained", "place": "Minsk"}
COLUMNS: Final = ("external_id", "kind", "valid", "summary", "citation.publisher")
ROW: Final = ("A", "release", "2025-09-11", "Освобождены пятьдесят два человека", "Onliner")
SLUGS: Final = map("case-{}".format, itertools.count())


@pytest.fixture(scope="module", params=DATABASES)
def http(
    request: pytest.FixtureRequest, lasting_database: Callable[[Kind], str]
) -> Iterator[TestClient]:
    """A server whose record all cases share; each case has a negotiation of its own."""
    parley = compose(settings_of(lasting_database(request.param)), upgrade=False)
    app = create_app(parley)
    with TestClient(app, headers=authorize(parley), raise_server_exceptions=False) as server:
        yield server
    parley.close()


class Sending:
    """Sends files to one negotiation."""

    def __init__(self, http: TestClient) -> None:
        self.client = Client(http)
        self.slug = next(SLUGS)
        self.client.open(self.slug)

    def send(self, body: bytes, media: str = NDJSON, **query: str) -> Answer:
        """Import a file unchanged."""
        path = f"/v1/negotiations/{self.slug}/import?{urlencode(query)}"
        return self.client.post(path, body, content_type=media)

    def report(self, *lines: dict[str, Any], **query: str) -> dict[str, Any]:
        """Import lines, and give the report."""
        body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        answer = self.send(body, **query)
        assert answer.status == 200, answer.json
        found: dict[str, Any] = answer.json
        return found

    def facts(self) -> list[dict[str, Any]]:
        """The facts of the timeline."""
        items = self.client.get(f"/v1/negotiations/{self.slug}/timeline").json["items"]
        return [item["fact"] for item in items]


@pytest.fixture
def sending(http: TestClient) -> Sending:
    """A negotiation without facts, and how to import into it."""
    return Sending(http)


def make_custody(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- a fact's fields
    return fact(external_id="A", **{**HELD, **fields})


def correction(place: str | None, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- a change's fields
    said = {"reason": "better_evidence", "why": f"it was {place}", "changes": {"place": place}}
    return {"op": "correct", "external_id": "A", **said, **fields}


RETRACTION: Final = {
    "op": "retract",
    "external_id": "A",
    "reason": "coding_error",
    "why": "misread",
}


def read_counts(report: dict[str, Any]) -> dict[str, int]:
    """The counts in a report that are not 0."""
    return {
        name: n for name, n in report.items() if isinstance(n, int) and n and "posi" not in name
    }


def test_a_file_again_after_its_facts_were_corrected_is_superseded(sending: Sending) -> None:
    sending.report(make_custody())
    sending.report(correction("Horki"))
    again = sending.report(make_custody())
    assert read_counts(again) == {"superseded_total": 1}
    (told,) = again["superseded"]
    assert (told["line"], told["version"]) == (1, 2)
    assert "corrected since in place" in told["detail"]
    assert read_counts(sending.report(make_custody(), **UPDATE)) == {"corrected": 1}
    assert [each["place"] for each in sending.facts()] == ["Minsk"]


def test_a_file_of_corrections_back_and_forth_is_superseded(sending: Sending) -> None:
    forth, back = correction("Horki"), correction("Minsk", why="no, Minsk")
    sending.report(make_custody(), forth)
    assert read_counts(sending.report(back)) == {"corrected": 1}
    assert read_counts(sending.report(forth)) == {"superseded_total": 1}
    assert read_counts(sending.report(forth, **UPDATE)) == {"corrected": 1}
    assert [each["place"] for each in sending.facts()] == ["Horki"]


def test_an_edited_master_table_names_the_update_that_takes_it(sending: Sending) -> None:
    assert sending.send(table(), CSV).json["recorded"] == 1
    edited = table(valid="2025-09-12")
    (refused,) = sending.send(edited, CSV).json["rejected"]
    assert refused["line"] == 2
    assert "op correct" in refused["detail"]
    assert "update" in refused["detail"]
    assert sending.send(edited, CSV, **UPDATE).json["corrected"] == 1
    assert [each["valid"] for each in sending.facts()] == ["2025-09-12"]


def test_a_changed_fact_of_a_retracted_one_says_the_way_that_works(sending: Sending) -> None:
    sending.report(make_custody(), RETRACTION)
    (refused,) = sending.report(make_custody(place="Horki"))["rejected"]
    assert "retracted" in refused["detail"]
    assert "reinstate" in refused["detail"]
    back = {"op": "reinstate", "external_id": "A", "why": "it was right"}
    assert read_counts(sending.report(back, correction("Horki"))) == {
        "reinstated": 1,
        "corrected": 1,
    }


def test_an_external_id_twice_in_a_file_is_told_by_its_line(sending: Sending) -> None:
    others = (fact(external_id=f"B-{number}") for number in range(440))
    (refused,) = sending.report(*others, make_custody(), make_custody(place="Horki"))["rejected"]
    assert refused["line"] == 442
    assert "line 441" in refused["detail"]


def table(separator: str = ",", blanks: int = 0, **fields: str) -> bytes:
    """A table of one fact, with empty columns and blank rows."""
    row = {**dict(zip(COLUMNS, ROW, strict=True)), **fields}
    rows = [list(row), list(row.values()), *([""] * len(row) for _ in range(blanks))]
    return "".join(separator.join([*cells, *[""] * blanks]) + "\n" for cells in rows).encode()


RECODED: Final = table(";").decode()
READ: Final = {
    "semicolons": (table(";"), CSV),
    "tabs": (table("\t"), CSV),
    "a line that says what separates": (b"sep=;\n" + table(";"), CSV),
    "UTF-16": (RECODED.encode("utf-16"), CSV),
    "Windows-1251": (RECODED.encode("windows-1251"), CSV),
    "carriage returns": (table().replace(b"\n", b"\r"), CSV),
    "empty columns and rows of blanks": (table(blanks=3), CSV),
    "a JSON list": (json.dumps([fact(external_id="A", summary=ROW[3])]).encode(), NDJSON),
    "a byte order mark": (codecs.BOM_UTF8 + table(), CSV),
}


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_where_it_is_safe(sending: Sending, name: str) -> None:
    report = sending.send(*READ[name])
    assert (report.status, report.json["recorded"], report.json["rejected"]) == (200, 1, [])
    assert [each["summary"] for each in sending.facts()] == [ROW[3]]


REFUSED: Final = {
    "an Excel workbook": (b"PK\x03\x04" + bytes(26) + b"xl/workbook.xml", "Excel workbook"),
    "an old Excel file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "CSV UTF-8"),
    "another code page": (RECODED.encode("koi8-r"), "not UTF-8"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_text_is_one_line_that_says_how_to_save_it(sending: Sending, name: str) -> None:
    raw, said = REFUSED[name]
    refused = sending.send(raw, CSV)
    assert (refused.status, refused.pointers) == (422, [""])
    assert said in refused.json["errors"][0]["detail"]
    assert "CSV UTF-8" in refused.json["errors"][0]["detail"]


def test_a_line_names_both_of_its_faults(sending: Sending) -> None:
    (line,) = [fact(external_id="A", valid="someday", summary="")]
    rejected = sending.report(line)["rejected"]
    assert {each["pointer"] for each in rejected} == {"/valid", "/summary"}


DATES: Final = {
    "1981-1983": ("1981/1983",),
    "c. 1950s": ("195X~",),
    "2016/17": ("2016/2017",),
    "May 2024": ("2024-05",),
    "05/01/2024": ("2024-05-01", "2024-01-05"),
    "2024-05-01T00:00:00.000Z": ("2024-05-01T00:00:00Z",),
}


def test_a_date_that_is_no_edtf_is_refused_with_what_may_be_meant(sending: Sending) -> None:
    lines = [fact(external_id=valid, valid=valid) for valid in DATES]
    rejected = sending.report(*lines)["rejected"]
    assert [each["pointer"] for each in rejected] == ["/valid"] * len(DATES)
    for each, meant in zip(rejected, DATES.values(), strict=True):
        assert all(edtf in each["detail"] for edtf in meant), each


def test_what_may_be_another_thing_is_recorded_with_a_notice(sending: Sending) -> None:
    spans = [fact(external_id=valid, valid=valid) for valid in ("2024-25", "1939-40")]
    several = fact(external_id="C", people=["Ann Example|Bob Example"])
    report = sending.report(*spans, several)
    assert report["recorded"] == 3
    noticed = [(notice["line"], notice["pointer"]) for notice in report["notices"]]
    assert noticed == [(1, "/valid"), (2, "/valid"), (3, "/people/0")]
    assert "2024/2025" in report["notices"][0]["detail"]


def test_what_says_nothing_or_cannot_be_is_refused(sending: Sending) -> None:
    minus = [{"what": "released", "value": -5}]
    script = [{"publisher": "BelTA", "url": "javascript:alert(1)"}]
    lines = (fact(summary="\u200b"), fact(citations=script), fact(quantities=minus))
    rejected = sending.report(*lines)["rejected"]
    pointers = ["/summary", "/citations/0/url", "/quantities/0/value"]
    assert [(each["line"], each["pointer"]) for each in rejected] == list(enumerate(pointers, 1))


def test_a_cell_that_would_be_computed_is_written_as_text(sending: Sending) -> None:
    signs = ("=1+1", "+1", "-1", "@SUM(A1)")
    sending.report(*(fact(external_id=f"{at}", summary=text) for at, text in enumerate(signs)))
    path = f"/v1/negotiations/{sending.slug}/timeline"
    written = sending.client.get(path, accept=CSV).body
    rows = csv.DictReader(io.StringIO(written.decode(), newline=""))
    assert sorted(row["summary"] for row in rows) == sorted(f"'{text}" for text in signs)
    assert sending.client.get(f"{path}?bom=true", accept=CSV).body == codecs.BOM_UTF8 + written
