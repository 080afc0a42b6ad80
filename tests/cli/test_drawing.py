"""Pictures are drawn into files; options of a tally and a comparison show more detail."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tests.cli.conftest import FREED
from tests.importing.lines import SLUG

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

FIFTY = [{"what": "released", "value": 50, "basis": "increment"}]
NOT_ONE_FORM = "one of .svg, .png, .json"


def test_a_picture_is_drawn_into_a_file(light: Shell) -> None:
    begins = {"svg": b"<svg", "png": b"\x89PNG", "json": b"{"}
    for form, begun in begins.items():
        path = light.folder / f"posts.{form}"
        said = light.out("chart", SLUG, "posts", "--output", str(path), "--as-of", "2025-11-22")
        assert path.read_bytes().startswith(begun)
        assert said == f"{path.stat().st_size:,} bytes in {path}\n"
    spec = json.loads((light.folder / "posts.json").read_bytes())
    assert spec["usermeta"]["perspective"]["as_of"].startswith("2025-11-22")
    assert [row[1] for row in spec["usermeta"]["table"]["rows"]] == ["John Coale"]


def test_a_picture_is_drawn_narrow_dark_and_of_what_is_asked_for(light: Shell) -> None:
    path = light.folder / "drawn.svg"
    drawn = ("chart", SLUG, "releases", "--output", str(path), "--what")
    answer = json.loads(light.out(*drawn, "released", "--width", "narrow", "--json"))
    assert answer == {"bytes": path.stat().st_size, "output": str(path)}
    narrow = path.read_text()
    assert float(ET.fromstring(narrow).attrib["width"]) < 390  # noqa: S314 -- what Parley made itself
    light.out(*drawn, "released", "--width", "both")
    both = ET.fromstring(path.read_text())  # noqa: S314 -- what Parley made itself
    assert [float(each.attrib["width"]) < 390 for each in both] == [False, True]
    light.out(*drawn, "released", "--theme", "dark")
    dark = path.read_text()
    assert float(ET.fromstring(dark).attrib["width"]) > 680  # noqa: S314 -- what Parley made itself
    assert "#14140f" in dark
    assert "#14140f" not in narrow
    light.out(*drawn, "wounded")
    assert "Nothing is counted" in path.read_text()


def test_a_picture_that_cannot_be_drawn_is_refused_and_no_file_is_touched(light: Shell) -> None:
    path = light.folder / "kept.svg"
    path.write_text("kept")
    refused = light("chart", SLUG, "weather", "--output", str(path))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "write one of releases, held" in refused.stderr
    for name in ("posts.gif", "posts"):
        wrong = light("chart", SLUG, "posts", "--output", name)
        assert wrong.exit_code == 2
        assert NOT_ONE_FORM in " ".join(re.sub("[│╭╮╰╯─]", " ", wrong.stderr).split())
    both = light("chart", SLUG, "posts", "--output", "posts.png", "--width", "both")
    assert both.exit_code == 2
    assert "ends in .svg" in both.stderr
    nowhere = light("chart", SLUG, "posts", "--output", str(light.folder / "no" / "posts.svg"))
    assert nowhere.exit_code == 1
    assert path.read_text() == "kept"
    assert [each.name for each in light.folder.glob("*.part")] == []


def test_a_tally_lists_what_it_adds_and_what_others_say(light: Shell) -> None:
    other = {**FREED, "external_id": "O", "summary": "Fifty freed", "quantities": FIFTY}
    matter = {"matter": "september"}
    light.out(
        "import", "both", light.file({**FREED, **matter}, {**other, **matter}), "--title", "T"
    )
    plain = light.out("tally", "both", "released")
    assert "What is added" not in plain
    table = " ".join(light.out("tally", "both", "released", "--parts").split())
    assert "What is added" in table
    row = table.partition("september")[2].partition("└")[0]
    assert {"Fifty freed", "Fifty-two freed"} == set(re.findall("Fifty(?:-two)? freed", row))
    assert "│ yes │" in row
    listed = json.loads(light.out("tally", "both", "released", "--parts", "--json"))
    assert [part["matter"] for part in listed["parts"]] == ["september"]
    assert light("tally", "both", "released", "--parts", "--csv").exit_code == 2


def test_a_tally_lists_what_else_its_facts_count(light: Shell) -> None:
    women = {"what": "women", "value": 14}
    counted = {**FREED, "external_id": "W", "quantities": [*FREED["quantities"], women]}
    light.out("import", "women", light.file(counted), "--title", "T")
    table = light.out("tally", "women", "released", "--parts").partition("Also counted")[2]
    assert "women: 14" in table
    assert "Also counted" not in light.out("tally", "women", "released")


def test_a_number_of_one_source_is_told_in_its_words(light: Shell) -> None:
    counted = {"kind": "prisoner_count", "population": "p", "counted_by": "V", "valid": "2025"}
    number = {"what": "held", "comparator": "gt", "value": 1000}
    least = [{"what": "released", "comparator": "ge", "value": 2000, "basis": "increment"}]
    held = {**FREED, **counted, "external_id": "C", "quantities": [number]}
    freed = {**FREED, "external_id": "D", "quantities": least}
    light.out("import", "words", light.file(held, freed), "--title", "T")
    for command in (
        ("tally", "words", "held"),
        ("show", "words"),
        ("show", "words", "--fact", "C"),
    ):
        table = light.out(*command)
        assert "more than 1,000" in table
        assert "1001" not in table
    assert "at least 2,000" in light.out("tally", "words", "released", "--parts")


def test_a_comparison_is_sorted_by_kind(light: Shell) -> None:
    asked = ("diff", SLUG, "--from", "2020")
    added = light.out(*asked, "--kinds").partition("Added")[2]
    table = added.partition("└")[0]
    kinds = re.findall(r"^│ (appointment|custody|release) ", table, re.MULTILINE)
    assert set(kinds) == {"appointment", "custody", "release"}
    assert kinds == sorted(kinds)
    items = json.loads(light.out(*asked, "--kinds", "--json"))["added"]
    assert {item["kind"] for item in items} >= set(kinds)
    assert "┃ kind" not in light.out(*asked)
