"""Pictures over HTTP show the numbers of the tally at several perspectives, and name what they leave out."""

from __future__ import annotations

import json
from typing import Final
from xml.etree import ElementTree as ET

import pytest

from api.commands.charts.subjects import SUBJECTS
from tests.api.asking import TALKS, Client, count, fact
from tests.api.counts.charts import CHARTS, fill_record, list_rows, read_spec

pytestmark = pytest.mark.either_database


MEDIA: Final = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "vl.json": "application/vnd.vegalite.v5+json",
}
PERSPECTIVES: Final = (
    "as_of=2025-12",
    "as_of=2025-12&match=certain&position=3",
    "as_of=2025-12&clock=published&as_known_at=2025-10",
    "as_of=1990",
)


@pytest.mark.parametrize("form", MEDIA)
def test_each_is_drawn_at_each_perspective_and_names_it(client: Client, form: str) -> None:
    fill_record(client)
    for chart in SUBJECTS:
        for query in PERSPECTIVES[: 2 if form == "png" else None]:
            asked = f"{CHARTS}/{chart}.{form}?{query}"
            answer = client.http.get(asked)
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"].partition(";")[0] == MEDIA[form]
            again = client.http.get(asked, headers={"if-none-match": answer.headers["etag"]})
            assert again.status_code == 304, asked
            if form == "svg":
                said = " ".join(ET.fromstring(answer.content).itertext())  # noqa: S314
                year = query.partition("as_of=")[2][:4]
                assert f"{year}" in said
                assert "of its log" in said
                assert "Talks" in said


def test_a_band_has_the_numbers_of_the_tally(client: Client) -> None:
    fill_record(client)
    for query in PERSPECTIVES[:3]:
        steps = {
            row["at"]: (row["low"], row["high"])
            for row in list_rows(read_spec(client, "releases", query))
            if "high" in row
        }
        assert steps
        for at, bounds in steps.items():
            tally = client.get(f"{TALKS}/tally?what=released&to={at}&{query}").json["total"]
            assert bounds == (tally["low"], tally["high"]), (query, at)


def test_a_band_rises_on_each_day_and_when_a_vague_time_is_over(client: Client) -> None:
    client.open()
    for month in ("05", "06", "07"):
        client.record(quantities=count(14), valid=f"2025-{month}-21")
    client.record(quantities=count(31), valid="2025-09/2025-11")
    steps = read_spec(client, "releases", "as_of=2025-12")["usermeta"]["table"]["rows"]
    assert steps == [
        ["2025-05-21", "14", ""],
        ["2025-06-21", "28", ""],
        ["2025-07-21", "42", ""],
        ["2025-09-01", "42 to 73", ""],
        ["2025-11-30", "73", ""],
    ]


def test_what_became_known_has_the_numbers_of_the_tally_of_each_day(client: Client) -> None:
    fill_record(client)
    query = "as_of=2025-12&clock=published"
    steps = [row for row in list_rows(read_spec(client, "known", query)) if "high" in row]
    assert steps
    last = max(step["at"] for step in steps)
    for step in steps:
        if step["at"] < last:
            asked = f"{TALKS}/tally?what=released&{query}&as_known_at={step['at']}"
            total = client.get(asked).json["total"]
            assert (step["low"], step["high"]) == (total["low"], total["high"])


def test_each_counter_has_a_line_of_its_own(client: Client) -> None:
    fill_record(client)
    found = [
        row for row in list_rows(read_spec(client, "held", "as_of=2025-12")) if "counter" in row
    ]
    assert {each["counter"] for each in found} == {"V: p"}
    assert {each["low"] for each in found} == {1100}


def test_a_counter_has_one_line_under_all_its_names(client: Client) -> None:
    client.open()
    for at, name in (("2025-07", "Viasna"), ("2025-08", "Вясна")):
        held = [{"what": "held", "text": "1,100"}]
        client.record(
            kind="prisoner_count", valid=at, population="p", counted_by=name, quantities=held
        )
    query = "as_of=2025-12"
    before = {
        row["counter"] for row in list_rows(read_spec(client, "held", query)) if "counter" in row
    }
    assert before == {"Viasna: p", "Вясна: p"}
    client.record(kind="alias", name="Вясна", same_as="Viasna")
    counters = {
        row["counter"] for row in list_rows(read_spec(client, "held", query)) if "counter" in row
    }
    points = client.get(f"{TALKS}/tally?what=held&per=counted_by&{query}").json["points"]
    assert counters == {f"{point['counted_by']}: p" for point in points} == {"Viasna: p"}


def test_a_band_of_many_facts_shows_years_and_is_never_sharper(client: Client) -> None:
    client.open()
    months = [f"{year}-{month:02}" for year in (2021, 2022, 2023) for month in range(1, 13)]
    lines = [
        fact(external_id=f"R-{number}", quantities=count(2), valid=months[number % 36])
        for number in range(2_000)
    ]
    body = "\n".join(map(json.dumps, lines)).encode()
    sent = client.post(f"{TALKS}/import", body, content_type="application/x-ndjson")
    assert sent.json["recorded"] == len(lines)
    steps = {
        row["at"]: (row["low"], row["high"])
        for row in list_rows(read_spec(client, "releases", "as_of=2023-10"))
        if "high" in row
    }
    assert steps == {
        "2021-01-01": (0, 1344),
        "2021-12-31": (1344, 1344),
        "2022-01-01": (1344, 2680),
        "2022-12-31": (2680, 2680),
        "2023-01-01": (2680, 3780),
        "2023-10-31": (3780, 3780),
        "2023-11-01": (3780, 3780),  # the end of the picture
    }
    for day in ("2021-01-31", "2021-12-30", "2022-07-01", "2022-12-31", "2023-09-30"):
        total = client.get(f"{TALKS}/tally?what=released&to={day}&as_of=2023-10").json["total"]
        low, high = steps[max(at for at in steps if at <= day)]
        assert low <= total["low"] <= total["high"] <= high, day


def test_what_there_is_not_is_said(client: Client) -> None:
    client.open()
    assert client.http.get(f"{CHARTS}/none.svg").status_code == 404
    assert client.http.get("/v1/negotiations/none/charts/held.svg").status_code == 404
    assert client.get(f"{CHARTS}/held.svg?theme=blue").pointers == ["/query/theme"]


@pytest.mark.parametrize(
    ("chart", "what", "said"),
    [
        ("releases", "held", "Counts of “held” are not added up"),
        ("known", "held", "Counts of “held” are not added up"),
        ("held", "released", "Numbers of “released” are added up"),
    ],
)
def test_a_picture_of_what_another_one_shows_says_so(
    client: Client, chart: str, what: str, said: str
) -> None:
    fill_record(client)
    counted = {"kind": "prisoner_count", "population": "all", "counted_by": "Viasna"}
    client.record(**counted, quantities=[{"what": "held", "text": "1,000"}])
    read_spec = client.http.get(f"{CHARTS}/{chart}.vl.json?what={what}").text
    assert said in read_spec
    assert "Nothing is counted" not in read_spec


ABOUT: Final = {"quantities": [{"what": "released", "text": "about forty"}], "valid": "2026-02"}


def test_a_number_without_bounds_is_told_in_words_and_not_drawn(client: Client) -> None:
    client.open()
    cited = [{"publisher": "Wire", "published": "2026-02-27"}]
    client.record(**ABOUT, citations=cited)
    query = "as_of=2026-03&clock=published"
    for chart, by in (("releases", "28 February 2026"), ("known", "27 February 2026")):
        picture = read_spec(client, chart, query)
        said = f"About 40, by {by}. Not drawn: no source gives a limit."
        assert said in json.dumps(picture)
        assert picture["usermeta"]["table"]["rows"][-1][1] == "about 40"


def test_a_band_is_hatched_up_to_the_last_day_that_has_a_name(client: Client) -> None:
    client.open()
    client.record(quantities=[{"what": "released", "text": "50 to 60"}], valid="1999")
    hatched = [
        row["at"]
        for row in list_rows(read_spec(client, "releases", "as_of=9999-12-31"))
        if "at" in row
    ]
    assert max(hatched) == "9999-12-31"


def test_what_became_known_is_not_drawn_past_the_day_that_is_asked_for(client: Client) -> None:
    client.open()
    for day in ("2025-01-01", "2025-12-01"):
        cited = [{"publisher": "Wire", "published": day}]
        client.record(quantities=count(2), valid="2024", citations=cited, external_id=day)
    for as_of, end in (("2025-12-05", "2025-12-05"), ("2025-06-01", "2025-12-02")):
        picture = read_spec(client, "known", f"as_of={as_of}&clock=published")
        assert max(row["at"] for row in list_rows(picture) if "at" in row) == end
    far = read_spec(client, "known", "as_of=2040&clock=published")
    assert "2025-12-02" < max(row["at"] for row in list_rows(far) if "at" in row) < "2026-02"
