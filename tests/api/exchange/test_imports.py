from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from api.commands.examples import CSV_LINES, NDJSON_LINES
from api.composition import compose
from api.http.app import create_app
from tests.api.asking import TALKS, Client, authorize, count, fact
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.asking import Answer
    from tests.databases import Kind

pytestmark = pytest.mark.either_database

IMPORT = f"{TALKS}/import"
NDJSON = "application/x-ndjson"


def _lines(*objects: Any) -> bytes:  # noqa: ANN401 -- lines may be anything
    return b"".join(json.dumps(each).encode() + b"\n" for each in objects)


def _post_import(client: Client, body: bytes, query: str = "", media: str = NDJSON) -> Answer:
    return client.post(f"{IMPORT}{query}", body, content_type=media)


def test_an_import_records_and_can_be_repeated(client: Client) -> None:
    client.open()
    body = _lines(
        fact(external_id="a", quantities=count(52)),
        fact(external_id="b"),
        {"op": "corroborate", "external_id": "a", "citation": {"publisher": "Reuters"}},
        {"op": "retract", "external_id": "b", "reason": "coding_error", "why": "Misread"},
    )
    report = _post_import(client, body)
    assert report.status == 200
    counts = ("recorded", "corroborated", "retracted", "unchanged")
    assert [report.json[name] for name in counts] == [2, 1, 1, 0]
    assert (report.json["first_position"], report.json["last_position"]) == (2, 5)
    again = _post_import(client, body).json
    assert [again[name] for name in counts] == [0, 0, 0, 4]
    assert again["first_position"] is None


def test_the_examples_of_the_documentation_are_imported(client: Client) -> None:
    client.open()
    for media in (NDJSON, "application/ndjson; charset=utf-8"):
        assert _post_import(client, NDJSON_LINES.encode(), media=media).status == 200
    report = _post_import(client, CSV_LINES.encode(), media="text/csv")
    assert report.json["recorded"] == 1, report.json


def test_the_query_can_say_the_format_instead_of_the_media_type(client: Client) -> None:
    client.open()
    report = _post_import(client, CSV_LINES.encode(), "?format=csv")
    assert (report.status, report.json["recorded"]) == (200, 1)
    again = _post_import(client, NDJSON_LINES.encode(), "?format=ndjson", media="text/csv")
    assert (again.status, again.json["recorded"]) == (200, 1)
    refused = _post_import(client, CSV_LINES.encode(), "?format=xlsx")
    assert (refused.status, refused.pointers) == (422, ["/query/format"])


def test_all_or_nothing_is_recorded_unless_partial(client: Client) -> None:
    client.open()
    body = _lines(fact(external_id="a"), fact(valid="2025-13"), "text") + b"{\n"
    refused = _post_import(client, body)
    assert refused.status == 200
    assert (refused.json["recorded"], refused.json["last_position"]) == (0, None)
    assert [each["line"] for each in refused.json["rejected"]] == [2, 3, 4]
    assert refused.json["rejected"][0]["pointer"] == "/valid"
    assert client.get("/v1/changes").json["perspective"]["position"] == 1
    partial = _post_import(client, body, "?partial=true")
    assert partial.status == 200
    assert partial.json["recorded"] == 1
    assert len(partial.json["rejected"]) == 3
    assert client.get("/v1/changes").json["perspective"]["position"] == 2


def test_a_dry_run_reports_and_writes_nothing(client: Client) -> None:
    client.open()
    body = _lines(fact(external_id="a"), fact(external_id="a", summary="Other"))
    for query in ("?dry_run=true", "?dry_run=true&partial=true"):
        report = _post_import(client, body, query)
        assert report.status == 200
        assert len(report.json["rejected"]) == 1
    assert client.get("/v1/changes").json["perspective"]["position"] == 1


def test_an_import_may_be_larger_than_any_other_body(light_client: Client) -> None:
    light_client.open()
    large = fact(note="x" * 90_000)
    body = _lines(*({**large, "external_id": str(number)} for number in range(20)))
    assert len(body) > 1_700_000
    assert _post_import(light_client, body).json["recorded"] == 20
    long_line = b'{"note":"' + b"x" * 1_100_000 + b'"}\n' + _lines(fact())
    report = _post_import(light_client, long_line, "?partial=true").json
    assert report["recorded"] == 1
    assert report["rejected"][0]["line"] == 1


@pytest.mark.parametrize(
    ("path", "media", "status"),
    [
        (IMPORT, "application/json", 415),
        (IMPORT, "", 415),
        (IMPORT, "text/csv; charset=utf-7", 415),
        (f"{IMPORT}?dry_run=yes", NDJSON, 422),
        (f"{IMPORT}?wet_run=true", NDJSON, 422),
        ("/v1/negotiations/none/import", NDJSON, 404),
        ("/v1/negotiations/%00/import", NDJSON, 404),
    ],
)
def test_what_cannot_be_imported_is_refused(
    light_client: Client, path: str, media: str, status: int
) -> None:
    light_client.open()
    answer = light_client.post(path, _lines(fact()), content_type=media)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"


RUSSIAN = "Освобождены пятьдесят два человека, среди них Алесь Беляцкий"
TABLE = (
    "sep=;\nExternal ID;kind;valid;summary;population;citation.publisher;;\n"
    f"A;release;2025-09-11;{RUSSIAN};;Onliner;;\n;;;;;;;\n"
)


@pytest.mark.parametrize(
    ("raw", "media"),
    [
        (TABLE.encode(), "text/csv"),
        (TABLE.encode("utf-16"), "text/csv; charset=UTF-16"),
        (TABLE.encode("utf-8-sig").replace(b"\n", b"\r"), "text/csv"),
        (TABLE.encode("windows-1251"), "text/csv"),
        (TABLE.encode("koi8-r"), 'text/csv; charset="KOI8-R"; header=present'),
        (json.dumps([fact(external_id="A")], indent=2).encode(), NDJSON),
    ],
)
def test_a_file_is_read_as_people_have_it(light_client: Client, raw: bytes, media: str) -> None:
    light_client.open()
    report = _post_import(light_client, raw, media=media)
    assert (report.status, report.json["recorded"], report.json["rejected"]) == (200, 1, [])
    if media != NDJSON:
        (item,) = light_client.get(f"{TALKS}/timeline").json["items"]
        assert item["fact"]["summary"] == RUSSIAN


@pytest.mark.parametrize("query", ["", "?partial=true", "?dry_run=true"])
@pytest.mark.parametrize(
    ("raw", "media", "said"),
    [
        (b"PK\x03\x04" + bytes(26) + b"xl/workbook.xml", "text/csv", "Excel workbook"),
        (TABLE.encode("koi8-r"), "text/csv", "not UTF-8"),
        (b"%PDF-1.4", NDJSON, "PDF"),
    ],
)
def test_what_is_no_text_is_refused_with_how_to_save_it(
    light_client: Client, raw: bytes, media: str, said: str, query: str
) -> None:
    light_client.open()
    refused = _post_import(light_client, raw, query, media)
    assert refused.status == 422
    assert refused.headers["content-type"] == "application/problem+json"
    ((pointer, detail),) = [(error["pointer"], error["detail"]) for error in refused.json["errors"]]
    assert pointer == ""
    assert said in detail
    assert "CSV UTF-8" in detail
    assert light_client.get("/v1/changes").json["perspective"]["position"] == 1


def test_what_an_import_brings_is_found_by_its_label(client: Client) -> None:
    client.open()
    assert (
        _post_import(client, _lines(fact(external_id="a")), "?batch=list-1").json["recorded"] == 1
    )
    _post_import(client, _lines(fact(external_id="b")))
    (item,) = client.get("/v1/changes?batch=list-1").json["items"]
    assert (item["batch"], item["position"]) == ("list-1", 2)
    (found,) = client.get(f"{TALKS}/timeline?batch=list-1").json["items"]
    assert found["fact"]["external_id"] == "a"
    for label in ("a%20b", "%D0%90", "", "x" * 65):
        refused = _post_import(client, _lines(fact(external_id="c")), f"?batch={label}")
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/query/batch")
    client.post(
        "/v1/negotiations", {"slug": "hidden", "title": "T", "parties": [], "visibility": "private"}
    )
    sent = client.post(
        "/v1/negotiations/hidden/import?batch=list-1", _lines(fact()), content_type=NDJSON
    )
    assert sent.json["recorded"] == 1
    assert len(client.get("/v1/changes?batch=list-1").json["items"]) == 2
    del client.http.headers["Authorization"]
    assert len(client.get("/v1/changes?batch=list-1").json["items"]) == 1


def test_an_empty_import_does_nothing(client: Client) -> None:
    client.open()
    report = _post_import(client, b"\n\n")
    assert report.status == 200
    assert report.json["recorded"] == report.json["unchanged"] == 0


def test_an_import_has_its_own_limit_announced_or_not(
    fresh_database: Callable[[Kind], str],
) -> None:
    settings = settings_of(fresh_database("sqlite-file"), PARLEY_MAX_IMPORT_BYTES="5000")
    parley = compose(settings, upgrade=False)
    with TestClient(create_app(parley), headers=authorize(parley)) as http:
        client = Client(http)
        client.open()
        for size, status in ((5_000, 200), (5_001, 413)):
            body = _lines(fact(external_id="a")).ljust(size)
            assert _post_import(client, body).status == status
            sent = {"content": iter([body[:4_000], body[4_000:]])}
            assert client.send("POST", IMPORT, sent, content_type=NDJSON).status == status
    parley.close()
