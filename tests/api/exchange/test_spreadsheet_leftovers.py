"""Spreadsheet placeholders for "no value", such as "?" or an error, are recorded as no value and count as nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.api.asking import FACTS, TALKS, Client, fact

if TYPE_CHECKING:
    from typing import Any

pytestmark = pytest.mark.either_database

NO_NAMES: Final = (
    *(
        "N/A",
        "#N/A",
        "n/a",
        "-",
        "\N{EM DASH}",
        "--",
        "?",
        "...",
        "None",
        "NULL",
        "unknown",
        "Unknown",
        "TBD",
    ),
    *("nobody", "no one", "Unnamed", "невядома", "няма даных"),
    *(
        "\u043d\u0435\u0438\u0437\u0432\u0435\u0441\u0442\u043d\u043e",
        "\u043d\u0435\u0432\u0456\u0434\u043e\u043c\u043e",
    ),
)
HEADER: Final = "kind,valid,summary,citation.publisher,people,quantity.what,quantity.value"


def import_row(client: Client, people: str = "", what: str = "", value: str = "") -> dict[str, Any]:
    row = f"release,2025-09-11,Freed,Reuters,{people},{what},{value}"
    answer = client.post(f"{TALKS}/import", f"{HEADER}\n{row}\n".encode(), content_type="text/csv")
    assert answer.status == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def test_what_stands_for_no_name_is_nobody(client: Client) -> None:
    client.open()
    for name in NO_NAMES:
        held = {"kind": "custody", "status": "detained"}
        assert client.post(FACTS, fact(people=["Ann", name])).pointers == ["/people/1"], name
        assert client.post(FACTS, fact(**held, person=name)).pointers == ["/person"]
        with_id = fact(**held, person={"name": name, "id": "a:1"})
        assert client.post(FACTS, with_id).pointers == ["/person"]
        [rejected] = import_row(client, name)["rejected"]
        assert rejected["pointer"].startswith("/people")
    state = client.get(TALKS).json
    assert state["prisoners"]["released"]["text"] == "nothing recorded"


def test_what_stands_for_no_matter_joins_no_facts(client: Client) -> None:
    client.open()
    for text in NO_NAMES:
        assert client.post(FACTS, fact(matter=text)).pointers == ["/matter"], text
        cited = [{"publisher": "Reuters", "origin": text}]
        assert client.post(FACTS, fact(citations=cited)).pointers == ["/citations/0/origin"]
        assert client.post(FACTS, fact(population=text)).pointers == ["/population"]
        assert client.post(FACTS, fact(places=["Minsk", text])).pointers == ["/places/1"]


def test_a_name_that_only_begins_like_that_is_one(client: Client) -> None:
    client.open()
    for name in ("Unknown Soldier", "an unnamed official", "Nan", "Na", "None Such", "X"):
        client.record(kind="release", people=[name])


@pytest.mark.parametrize(
    "cell", ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "########", "Err:502"]
)
def test_an_error_that_a_spreadsheet_shows_is_no_text(client: Client, cell: str) -> None:
    client.open()
    row = f"release,2025-09-11,{cell},Reuters,,,".encode()
    report = client.post(
        f"{TALKS}/import", HEADER.encode() + b"\n" + row, content_type="text/csv"
    ).json
    assert [each["pointer"] for each in report["rejected"]] == ["/summary"]
    assert "empty it" in report["rejected"][0]["detail"]


@pytest.mark.parametrize("cell", ["52", "52.0", "52.00"])
def test_a_whole_number_is_read_as_programs_write_it(client: Client, cell: str) -> None:
    client.open()
    assert import_row(client, what="released", value=cell)["recorded"] == 1
    assert client.get(TALKS).json["prisoners"]["released"]["text"] == "52"


@pytest.mark.parametrize("cell", ['"1,259"', "1.259", "52.5", "5e1", "fifty", "~52", "TRUE"])
def test_another_number_is_refused_with_what_to_write(client: Client, cell: str) -> None:
    client.open()
    [rejected] = import_row(client, what="released", value=cell)["rejected"]
    assert "write a whole number in digits" in rejected["detail"]
