"""Pictures over HTTP: every one at several perspectives, with the numbers of the tally."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import time
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import pytest

from api.commands.charts.frame import source
from api.commands.charts.renderer import DrawingError, Pictures, Renderer, renderer
from api.commands.charts.subjects import SUBJECTS
from tests.api.asking import TALKS, Client, count, fact

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.either_database

CHARTS: Final = f"{TALKS}/charts"
MEDIA: Final = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "vl.json": "application/vnd.vegalite.v5+json",
}
AXIS_YEAR: Final = re.compile(r"(?:[A-Z][a-z]+ )?(20\d\d)")
PERSPECTIVES: Final = (
    "as_of=2025-12",
    "as_of=2025-12&match=certain&position=3",
    "as_of=2025-12&clock=published&as_known_at=2025-10",
    "as_of=1990",
)


def filled(client: Client) -> str:
    """Releases over months, one of them vague, and two counts of who is held; the address of the last release."""
    client.open()
    client.record(quantities=count(16), valid="2025-06-21")
    client.record(quantities=count(52), valid="2025-09-11", matter="september")
    client.record(quantities=count(50), valid="2025-09-11", matter="september")
    held = [{"what": "held", "text": "at least 1100"}]
    for valid in ("2025-07", "2025-10-01"):
        client.record(
            kind="prisoner_count", valid=valid, population="p", counted_by="V", quantities=held
        )
    return client.record(quantities=count(31), valid="2025-10/2025-11").headers["location"]


def spec(client: Client, chart: str, query: str) -> dict[str, Any]:
    """The spec of a picture."""
    answer = client.http.get(f"{CHARTS}/{chart}.vl.json?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rows(part: object) -> Iterator[dict[str, Any]]:
    """All data within a spec."""
    if isinstance(part, dict):
        yield from part.get("values", ()) if isinstance(part.get("values"), list) else ()
        for each in part.values():
            yield from rows(each)
    elif isinstance(part, list):
        for each in part:
            yield from rows(each)


@pytest.mark.parametrize("form", MEDIA)
def test_each_is_drawn_at_each_perspective_and_names_it(client: Client, form: str) -> None:
    filled(client)
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
    filled(client)
    for query in PERSPECTIVES[:3]:
        steps = {
            row["at"]: (row["low"], row["high"])
            for row in rows(spec(client, "releases", query))
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
    steps = spec(client, "releases", "as_of=2025-12")["usermeta"]["table"]["rows"]
    assert steps == [
        ["2025-05-21", "14", ""],
        ["2025-06-21", "28", ""],
        ["2025-07-21", "42", ""],
        ["2025-09-01", "42 to 73", ""],
        ["2025-11-30", "73", ""],
    ]


def test_what_became_known_has_the_numbers_of_the_tally_of_each_day(client: Client) -> None:
    filled(client)
    query = "as_of=2025-12&clock=published"
    steps = [row for row in rows(spec(client, "known", query)) if "high" in row]
    assert steps
    last = max(step["at"] for step in steps)
    for step in steps:
        if step["at"] < last:
            asked = f"{TALKS}/tally?what=released&{query}&as_known_at={step['at']}"
            total = client.get(asked).json["total"]
            assert (step["low"], step["high"]) == (total["low"], total["high"])


def test_each_counter_has_a_line_of_its_own(client: Client) -> None:
    filled(client)
    found = [row for row in rows(spec(client, "held", "as_of=2025-12")) if "counter" in row]
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
    before = {row["counter"] for row in rows(spec(client, "held", query)) if "counter" in row}
    assert before == {"Viasna: p", "Вясна: p"}
    client.record(kind="alias", name="Вясна", same_as="Viasna")
    counters = {row["counter"] for row in rows(spec(client, "held", query)) if "counter" in row}
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
        for row in rows(spec(client, "releases", "as_of=2023-10"))
        if "high" in row
    }
    assert steps == {
        "2021-01-01": (0, 1344),
        "2021-12-31": (1344, 1344),
        "2022-01-01": (1344, 2680),
        "2022-12-31": (2680, 2680),
        "2023-01-01": (2680, 3780),
        "2023-10-31": (3780, 3780),
        "2023-11-01": (3780, 3780),  # where the picture ends
    }
    for day in ("2021-01-31", "2021-12-30", "2022-07-01", "2022-12-31", "2023-09-30"):
        total = client.get(f"{TALKS}/tally?what=released&to={day}&as_of=2023-10").json["total"]
        low, high = steps[max(at for at in steps if at <= day)]
        assert low <= total["low"] <= total["high"] <= high, day


def offices(client: Client) -> None:
    """A post that two held, one since a vague day; an end; two who both say that they hold another; and measures."""
    client.open()
    held = (
        ("Ann", "envoy", "2025-01/2025-03-10"),
        ("Bo", "envoy", "2025-06-10/2025-08-01"),
        ("Cy", "minister", "2025-02-01/.."),
        ("Di", "minister", "2025-04-01/.."),
    )
    for person, post, valid in held:
        client.record(kind="appointment", person=person, post=post, valid=valid)
    for action, stage, valid in (
        ("imposed", "in_force", "2025-01-05"),
        ("lifted", "discussed", "2025-05"),
        ("lifted", "in_force", "2025-09-01"),
    ):
        client.record(
            kind="measure", authority="A", target="T", action=action, stage=stage, valid=valid
        )


def told(found: dict[str, Any]) -> list[list[Any]]:
    """The rows of a picture's table."""
    rows: list[list[Any]] = found["usermeta"]["table"]["rows"]
    return rows


def test_a_post_over_time_says_what_the_state_of_each_day_says(client: Client) -> None:
    offices(client)
    spells = told(spec(client, "posts", "as_of=2025-12-01"))
    assert ["envoy", "Ann", "2025-01-01", "2025-01-31", "possible"] in spells
    assert ["envoy", "nobody known", "2025-03-11", "2025-06-10", "unknown"] in spells
    assert {spell[1] for spell in spells if spell[4] == "contested"} == {"Cy", "Di"}
    for post, holder, start, end, look in spells:
        state = client.get(f"{TALKS}?as_of={start}").json
        (entry,) = (each for each in state["posts"] if each["post"] == post)
        shown = [entry["holder"], *(rival["summary"] for rival in entry["rivals"])]
        assert (entry["holder"] or "nobody known") == holder or len(shown) > 1
        assert entry["contested"] or look != "contested"
        assert end is None or start < end < "2025-12-01"
        if len(shown) == 1:
            assert entry["certainty"] == look


def test_a_measure_over_time_has_its_stages(client: Client) -> None:
    offices(client)
    spells = told(spec(client, "measures", "as_of=2025-12-01"))
    assert [(spell[1], spell[2], spell[4]) for spell in spells] == [
        ("imposed, in force", "2025-01-05", "certain"),
        ("lifted, discussed", "2025-05-01", "possible"),
        ("lifted, discussed", "2025-05-31", "certain"),
        ("lifted, in force", "2025-09-01", "certain"),
    ]
    assert [spell[3] for spell in spells][-1] is None, "what is still so has no end"
    assert {spell[0] for spell in spells} == {"T, by A"}
    earlier = told(spec(client, "measures", "as_of=2025-12-01&match=certain"))
    assert "possible" not in {each[4] for each in earlier}


def test_a_picture_of_many_holders_shows_the_last_and_says_that_there_are_more(
    client: Client,
) -> None:
    client.open()
    for day in range(1, 61):
        month, of_month = divmod(day - 1, 28)
        valid = f"2025-{month + 1:02d}-{of_month + 1:02d}"
        client.record(kind="appointment", person=f"P{day}", post=f"Post {day % 3}", valid=valid)
    spells = told(spec(client, "posts", "as_of=2025-12-01"))
    shown = {spell[1] for spell in spells}
    assert len(shown) == 36
    assert {"P58", "P59", "P60"} <= shown
    drawn = client.http.get(f"{CHARTS}/posts.svg?as_of=2025-12-01").text
    assert "There are more than are shown here." in drawn


@pytest.mark.parametrize("chart", SUBJECTS)
def test_a_narrow_picture_says_the_same_to_a_telephone(client: Client, chart: str) -> None:
    filled(client)
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
        spec(client, chart, f"{query}&width=narrow")["usermeta"]
        == spec(client, chart, query)["usermeta"]
    )
    for form in ("png", "vl.json"):
        refused = client.get(f"{CHARTS}/{chart}.{form}?{query}&width=both")
        assert refused.pointers == ["/query/width"]


@pytest.mark.cases(5)
@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("chart", SUBJECTS)
def test_the_axis_of_time_says_the_year(client: Client, chart: str, width: str) -> None:
    """Within one year too, and where it goes on into the next."""
    filled(client)
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
    offices(client)
    drawn = client.http.get(f"{CHARTS}/posts.svg?as_of=2025-12-01")
    root = ET.fromstring(drawn.content)  # noqa: S314 -- what Parley made itself
    dashed = [each for each in root.iter() if each.get("stroke-dasharray")]
    assert len({each.get("stroke-dasharray") for each in dashed}) == 2
    words = " ".join(root.itertext())
    for word in ("envoy", "Ann", "nobody known", "Solid: undisputed so far", "Split: contested"):
        assert word in words


def test_a_picture_is_small_and_has_one_name_and_no_style_of_its_own(client: Client) -> None:
    filled(client)
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


def test_what_there_is_not_is_said(client: Client) -> None:
    client.open()
    assert client.http.get(f"{CHARTS}/none.svg").status_code == 404
    assert client.http.get("/v1/negotiations/none/charts/held.svg").status_code == 404
    assert client.get(f"{CHARTS}/held.svg?theme=blue").pointers == ["/query/theme"]


def test_after_the_process_was_killed_the_next_picture_is_drawn(client: Client) -> None:
    filled(client)
    assert client.http.get(f"{CHARTS}/held.svg?as_of=2025-12").status_code == 200
    pid = renderer().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert client.http.get(f"{CHARTS}/held.svg?as_of=2025-11").status_code == 200
    assert renderer().pid != pid


def test_a_process_that_was_warmed_draws_at_once_and_ends_when_nobody_asks() -> None:
    drawing = Renderer(patience=0.4)
    try:
        drawing.warm()
        first = drawing.pid
        assert first is not None
        began = time.monotonic()
        drawing.draw({"mark": "point", "data": {"values": [{"a": 1}]}}, "svg")
        assert time.monotonic() - began < 0.4
        assert drawing.pid == first
        os.waitpid(first, 0)
        assert drawing.draw({"mark": "point", "data": {"values": []}}, "svg").picture
        assert drawing.pid != first
    finally:
        drawing.close()


def test_an_erasure_drops_what_was_kept(client: Client) -> None:
    address = filled(client)
    assert client.post(f"{TALKS}/settings", {"review_erasure": False}).status == 200
    kept: Pictures = client.http.app.state.pictures  # type: ignore[attr-defined]
    path = f"{CHARTS}/releases.svg?as_of=2025-12&position=7"
    before = client.http.get(path).content
    assert kept.size >= len(before)
    gone = client.post(f"{address}/erasure", {"reason": "They asked for it"}, if_match="*")
    assert gone.status == 200, gone.json
    after = client.http.get(path).content
    assert after != before
    told = client.http.get(path.replace(".svg", ".vl.json")).json()
    narrow = path.replace(".svg?", ".vl.json?width=narrow&")
    both = [told, client.http.get(narrow).json()]
    assert kept.size == len(after) + len(json.dumps(both))


def test_what_is_kept_has_so_many_bytes_at_most_and_a_bad_spec_is_refused() -> None:
    drawing = Renderer()
    pictures = Pictures(drawing, most=6_000)
    simple = {"mark": "point", "data": {"values": [{"a": 1}]}}
    try:
        for number in range(5):
            pictures.draw("talks", 0, {**simple, "title": str(number)}, "svg")
            assert pictures.size <= 6_000
        assert pictures.draw("talks", 0, {**simple, "title": "4"}, "svg").seconds == 0
        with pytest.raises(DrawingError):
            pictures.draw("talks", 0, {"mark": 7}, "svg")
    finally:
        drawing.close()


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
    filled(client)
    counted = {"kind": "prisoner_count", "population": "all", "counted_by": "Viasna"}
    client.record(**counted, quantities=[{"what": "held", "text": "1,000"}])
    spec = client.http.get(f"{CHARTS}/{chart}.vl.json?what={what}").text
    assert said in spec
    assert "Nothing is counted" not in spec


ABOUT: Final = {"quantities": [{"what": "released", "text": "about forty"}], "valid": "2026-02"}


def test_a_number_without_bounds_is_told_in_words_and_not_drawn(client: Client) -> None:
    client.open()
    cited = [{"publisher": "Wire", "published": "2026-02-27"}]
    client.record(**ABOUT, citations=cited)
    query = "as_of=2026-03&clock=published"
    for chart, by in (("releases", "28 February 2026"), ("known", "27 February 2026")):
        picture = spec(client, chart, query)
        said = f"About 40, by {by}. Not drawn: no source gives a limit."
        assert said in json.dumps(picture)
        assert picture["usermeta"]["table"]["rows"][-1][1] == "about 40"


def test_a_band_is_hatched_up_to_the_last_day_that_has_a_name(client: Client) -> None:
    client.open()
    client.record(quantities=[{"what": "released", "text": "50 to 60"}], valid="1999")
    hatched = [
        row["at"] for row in rows(spec(client, "releases", "as_of=9999-12-31")) if "at" in row
    ]
    assert max(hatched) == "9999-12-31"


def test_what_became_known_is_not_drawn_past_the_day_that_is_asked_for(client: Client) -> None:
    client.open()
    for day in ("2025-01-01", "2025-12-01"):
        cited = [{"publisher": "Wire", "published": day}]
        client.record(quantities=count(2), valid="2024", citations=cited, external_id=day)
    for as_of, end in (("2025-12-05", "2025-12-05"), ("2025-06-01", "2025-12-02")):
        picture = spec(client, "known", f"as_of={as_of}&clock=published")
        assert max(row["at"] for row in rows(picture) if "at" in row) == end
    far = spec(client, "known", "as_of=2040&clock=published")
    assert "2025-12-02" < max(row["at"] for row in rows(far) if "at" in row) < "2026-02"


@pytest.mark.parametrize("as_of", ["0001-02", "9999", "9999-12-31"])
def test_every_picture_is_drawn_at_the_ends_of_time(client: Client, as_of: str) -> None:
    offices(client)
    filled = {"person": "Ed", "post": "regent"}
    for valid in (
        "0001-01-01/0001-01-02",
        "9999-12-30",
        "9999-12-31/..",
        "0001/9999",
        "[9950..9999]",
    ):
        client.record(kind="appointment", **filled, valid=valid)
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
        spec(client, name, "as_of=2025-12") for name in ("releases", "known", "held")
    )
    for told in (released, known):
        assert told["usermeta"]["table"]["rows"][-1][1] == "at least 23,706"
        assert "at least 23,706" in [row.get("text") for row in rows(told)]
    numbers = {row[0]: row[2] for row in held["usermeta"]["table"]["rows"]}
    assert numbers == {
        "A: p": "more than 1,000",
        "B: p": "31,184",
        "C: p": "2,050, counted since 2020",
    }
    assert source("Talks", {"position": 12345}).endswith("position 12,345 of its log")


def test_no_label_of_a_picture_is_an_hour(client: Client) -> None:
    filled(client)
    for chart in SUBJECTS:
        drawn = client.http.get(f"{CHARTS}/{chart}.svg").text
        assert "<svg" in drawn
        assert re.findall(r"\d\d [AP]M|:\d\d<", drawn) == [], chart
