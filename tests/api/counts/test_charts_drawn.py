"""Pictures are readable on a telephone and without colours, group digits, and show hostile words as plain text."""

from __future__ import annotations

import gzip
import re
from typing import Final
from xml.etree import ElementTree as ET

import pytest

from api.commands.charts.frame import source
from api.commands.charts.subjects import SUBJECTS
from tests.api.asking import TALKS, Client, count
from tests.api.counts.charts import CHARTS, fill_offices, fill_record, list_rows, read_spec

pytestmark = pytest.mark.either_database


AXIS_YEAR: Final = re.compile(r"(?:[A-Z][a-z]+ )?(20\d\d)")


@pytest.mark.parametrize("chart", SUBJECTS)
def test_a_narrow_picture_says_the_same_to_a_telephone(client: Client, chart: str) -> None:
    fill_record(client)
    client.record(kind="appointment", person="Ann", post="envoy", valid="2025-01/..")
    client.record(
        kind="measure", authority="A", target="T", action="eased", stage="in_force", valid="2025"
    )
    query = "as_of=2025-12&position=8"
    wide, narrow = (
        ET.fromstring(client.http.get(f"{CHARTS}/{chart}.svg?{query}&width={width}").content)  # noqa: S314
        for width in ("wide", "narrow")
    )
    assert 680 < float(wide.attrib["width"]) < 800
    assert float(narrow.attrib["width"]) < 390
    assert max(map(len, narrow.itertext())) < 60
    said = [sorted("".join(each.itertext()).split()) for each in (wide, narrow)]
    words = [{word for word in each if word.isalpha() and len(word) > 6} for each in said]
    assert words[0]
    assert len(words[0] - words[1]) < 5
    both = ET.fromstring(client.http.get(f"{CHARTS}/{chart}.svg?{query}&width=both").content)  # noqa: S314
    heights = [float(each.attrib["height"]) for each in (wide, narrow)]
    assert [each.attrib["width"] for each in both] == [
        each.attrib["width"] for each in (wide, narrow)
    ]
    assert float(both.attrib["height"]) == pytest.approx(sum(heights), abs=0.2)
    assert (
        read_spec(client, chart, f"{query}&width=narrow")["usermeta"]
        == read_spec(client, chart, query)["usermeta"]
    )
    for form in ("png", "vl.json"):
        refused = client.get(f"{CHARTS}/{chart}.{form}?{query}&width=both")
        assert refused.pointers == ["/query/width"]


@pytest.mark.cases(5)
@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("chart", SUBJECTS)
def test_the_axis_of_time_says_the_year(client: Client, chart: str, width: str) -> None:
    """Both within one year and where the axis crosses into the next."""
    fill_record(client)
    client.record(kind="appointment", person="Ann", post="envoy", valid="2025-11-03/..")
    client.record(
        kind="measure", authority="A", target="T", action="eased", stage="in_force", valid="2025-11"
    )
    for until, years in (("2025-11-28", {"2025"}), ("2026-05-20", {"2025", "2026"})):
        query = f"as_of={until}&width={width}"
        drawn = ET.fromstring(client.http.get(f"{CHARTS}/{chart}.svg?{query}").content)  # noqa: S314
        labels = [text.strip() for text in drawn.itertext()]
        said = {found[1] for text in labels if (found := AXIS_YEAR.fullmatch(text))}
        expected = {"posts": years, "measures": years, "known": set()}
        assert said >= expected.get(chart, {"2025"}), labels
        assert said
        assert not [text for text in labels if re.fullmatch(r"[A-Z][a-z]{2} \d\d", text)]


def test_nothing_is_told_by_colour_alone(client: Client) -> None:
    fill_offices(client)
    drawn = client.http.get(f"{CHARTS}/posts.svg?as_of=2025-12-01")
    root = ET.fromstring(drawn.content)  # noqa: S314 -- what Parley made itself
    dashed = [each for each in root.iter() if each.get("stroke-dasharray")]
    assert len({each.get("stroke-dasharray") for each in dashed}) == 2
    words = " ".join(root.itertext())
    for word in ("envoy", "Ann", "nobody known", "Solid: undisputed so far", "Split: contested"):
        assert word in words


def test_a_picture_is_small_and_has_one_name_and_no_style_of_its_own(client: Client) -> None:
    fill_record(client)
    for chart in SUBJECTS:
        drawn = client.http.get(f"{CHARTS}/{chart}.svg?as_of=2025-12").content
        assert len(drawn) < 30_000
        assert len(gzip.compress(drawn)) < 4_000
        root = ET.fromstring(drawn)  # noqa: S314 -- what Parley made itself
        assert root.get("role") == "img"
        assert "What was so on 31 December 2025" in str(root.get("aria-label"))
        assert not {"style", "class", "aria-roledescription"} & {
            name for each in root.iter() for name in each.attrib
        }


def test_hostile_words_are_shown_as_text(client: Client) -> None:
    client.open()
    name = '<script>alert(1)</script> & "quotes"' + "x" * 150
    body = {"reason": "refinement", "why": "x", "changes": {"title": name}}
    assert client.post(f"{TALKS}/corrections", body, if_match="*").status == 200
    counted = [{"what": name[:200], "comparator": "eq", "value": 3, "basis": "stock"}]
    client.record(
        kind="prisoner_count", valid="2025-07", population=name, counted_by=name, quantities=counted
    )
    client.record(kind="appointment", person=name, post=name, valid="2025-01")
    client.record(
        kind="measure", authority=name, target=name, action="eased", stage="in_force", valid="2025"
    )
    for chart in SUBJECTS:
        answer = client.http.get(
            f"{CHARTS}/{chart}.svg", params={"what": name[:200], "as_of": "2025-12"}
        )
        assert answer.status_code == 200, answer.text
        root = ET.fromstring(answer.content)  # noqa: S314 -- what Parley made itself
        assert not [each for each in root.iter() if each.tag.endswith("script")]
        assert "<script" not in answer.text


@pytest.mark.parametrize("as_of", ["0001-02", "9999", "9999-12-31"])
def test_every_picture_is_drawn_at_the_ends_of_time(client: Client, as_of: str) -> None:
    fill_offices(client)
    fill_record = {"person": "Ed", "post": "regent"}
    for valid in (
        "0001-01-01/0001-01-02",
        "9999-12-30",
        "9999-12-31/..",
        "0001/9999",
        "[9950..9999]",
    ):
        client.record(kind="appointment", **fill_record, valid=valid)
        client.record(quantities=count(3), valid=valid)
        client.record(
            kind="measure",
            authority="A",
            target=valid,
            action="eased",
            stage="in_force",
            valid=valid,
        )
    for chart in SUBJECTS:
        for width in ("wide", "narrow"):
            asked = f"{CHARTS}/{chart}.svg?as_of={as_of}&width={width}"
            assert client.http.get(asked).status_code == 200, asked


def test_every_number_of_a_picture_is_in_groups(client: Client) -> None:
    client.open()
    for valid, text in (("2025-01", "22705"), ("2025-03", "more than 1000")):
        client.record(valid=valid, quantities=[{"what": "released", "text": text}])
    counted = {"kind": "prisoner_count", "population": "p", "valid": "2025-02"}
    for name, text in (("A", "more than 1000"), ("B", "31,184"), ("C", "2050, counted since 2020")):
        client.record(**counted, counted_by=name, quantities=[{"what": "held", "text": text}])
    released, known, held = (
        read_spec(client, name, "as_of=2025-12") for name in ("releases", "known", "held")
    )
    for read_table in (released, known):
        assert read_table["usermeta"]["table"]["rows"][-1][1] == "at least 23,706"
        assert "at least 23,706" in [row.get("text") for row in list_rows(read_table)]
    numbers = {row[0]: row[2] for row in held["usermeta"]["table"]["rows"]}
    assert numbers == {
        "A: p": "more than 1,000",
        "B: p": "31,184",
        "C: p": "2,050, counted since 2020",
    }
    assert source("Talks", {"position": 12345}).endswith("position 12,345 of its log")


def test_no_label_of_a_picture_is_an_hour(client: Client) -> None:
    fill_record(client)
    for chart in SUBJECTS:
        drawn = client.http.get(f"{CHARTS}/{chart}.svg").text
        assert "<svg" in drawn
        assert re.findall(r"\d\d [AP]M|:\d\d<", drawn) == [], chart
