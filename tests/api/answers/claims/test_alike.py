"""Recording or importing a fact reports facts that are much like it, and details that an editor should check."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.api.answers.claims.reports import make_report, tell_release

if TYPE_CHECKING:
    from tests.api.asking import Client


def test_a_fact_much_like_another_is_said_to_be_so_when_it_is_recorded(client: Client) -> None:
    client.open("talks")
    sent = "/v1/negotiations/talks/facts"
    first = client.post(sent, tell_release(52, "Reuters", population="prisoners", matter="a"))
    assert "similar" not in first.json
    again = client.post(sent, tell_release(52, "AP", population="Prisoners", valid="2025-09"))
    assert again.json["similar"] == [first.json["id"]]
    read = client.get(again.headers["location"])
    assert "similar" not in read.json
    assert read.headers["etag"].partition("-")[0] == again.headers["etag"].partition("-")[0]
    for other in (
        tell_release(52, "AP", valid="2025-10-13"),
        tell_release(51, "AP", population="prisoners", valid="2025-09"),
        tell_release(52, "AP", population="soldiers"),
        tell_release(
            *(52, "AP"),
            population="prisoners",
            matter="a",
            links=[{"relation": "confirms", "fact": again.json["id"]}],
        ),
    ):
        assert "similar" not in client.post(sent, other).json, other
    assert client.post(sent, tell_release(51, "AP")).json["similar"][0] == first.json["id"]
    held = make_report("custody", person="Ann", status="detained")
    assert "similar" not in client.post(sent, held).json
    assert len(client.post(sent, {**held, "status": "sentenced"}).json["similar"]) == 1
    for number in range(12):
        last = client.post(sent, tell_release(9, f"Paper {number}", valid="2025-01-01"))
    assert (len(last.json["similar"]), last.json["similar_more"]) == (10, 11)


def test_another_number_of_the_same_day_may_be_another_account(client: Client) -> None:
    client.open("talks")
    sent = "/v1/negotiations/talks/facts"
    first = client.post(sent, tell_release(43, matter=None))
    asked = tell_release(41, "AP", matter=None)
    for url in (f"{sent}?dry_run=true", sent):
        assert client.post(url, asked).json["similar"] == [first.json["id"]]
    assert "similar" not in client.post(sent, tell_release(41, valid="2025-09-12")).json
    total = client.get("/v1/negotiations/talks?as_of=2025-12-31").json["prisoners"]["released"]
    assert (total["low"], total["high"]) == (125, 125)


def test_the_answer_that_an_idempotency_key_repeats_names_what_was_alike_then(
    client: Client,
) -> None:
    client.open("talks")
    sent = "/v1/negotiations/talks/facts"
    first = client.post(sent, tell_release(52), idempotency_key="one")
    client.post(sent, tell_release(52, "AP"))
    assert client.post(sent, tell_release(52), idempotency_key="one").body == first.body


def test_what_should_be_looked_at_is_noticed_when_it_is_recorded_and_imported(
    client: Client,
) -> None:
    client.open("talks")
    sent = tell_release(52, valid="2024-25", people=["Ann Example|Bob Example"])
    recorded = client.post("/v1/negotiations/talks/facts", sent)
    assert [notice["pointer"] for notice in recorded.json["notices"]] == ["/valid", "/people/0"]
    assert "2024/2025" in recorded.json["notices"][0]["detail"]
    assert "notices" not in client.get(recorded.headers["location"]).json
    lines = "\n".join(
        json.dumps(each)
        for each in (tell_release(3, external_id="A"), {**sent, "external_id": "B"})
    )
    report = client.post(
        "/v1/negotiations/talks/import", lines.encode(), content_type="application/x-ndjson"
    )
    noticed = [(notice["line"], notice["pointer"]) for notice in report.json["notices"]]
    assert noticed == [(2, "/valid"), (2, "/people/0")]
    again = client.post(
        "/v1/negotiations/talks/import", lines.encode(), content_type="application/x-ndjson"
    )
    assert "notices" not in again.json


def test_an_edited_file_corrects_what_stands_where_it_is_asked_to(client: Client) -> None:
    client.open("talks")
    sent, media = "/v1/negotiations/talks/import", {"content_type": "application/x-ndjson"}
    line = tell_release(52, external_id="A")
    client.post(sent, json.dumps(line).encode(), **media)
    edited = json.dumps({**line, "population": "prisoners"}).encode()
    refused = client.post(sent, edited, **media).json["rejected"][0]["detail"]
    assert "import it with update, reason and why (--update --reason --why)" in refused
    for query, at in (
        ("update=true", ["/query/reason"]),
        ("update=true&reason=coding_error", ["/query/why"]),
        ("update=true&reason=because&why=so", ["/query/reason"]),
        ("why=so", ["/query/why"]),
    ):
        answer = client.post(f"{sent}?{query}", edited, **media)
        assert (answer.status, answer.pointers) == (422, at)
    asked = f"{sent}?update=true&reason=refinement&why=the+master+file"
    assert client.post(asked, edited, **media).json["corrected"] == 1
    (entry,) = client.get("/v1/negotiations/talks/audit").json["items"]
    assert (entry["reason"], entry["why"]) == ("refinement", "the master file")
    told = client.post(sent, json.dumps(line).encode(), **media).json["superseded"]
    assert [(fact["line"], fact["version"]) for fact in told] == [(1, 2)]
