"""Each number in words that users met is read over HTTP as expected, or refused with advice."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.api.asking import FACTS, fact

if TYPE_CHECKING:
    from tests.api.asking import Client

with Path(__file__).with_name("case_numbers.tsv").open(encoding="utf-8", newline="") as _table:
    ROWS: Final = list(csv.DictReader(_table, delimiter="\t", quoting=csv.QUOTE_NONE))


def make_quantity(row: dict[str, str | None]) -> dict[str, Any]:
    """The quantity that a row sends."""
    value = {"value": int(row["value"])} if row["value"] else {}
    comparator = {"comparator": row["comparator"]} if row["comparator"] else {}
    return {"what": "released", "text": row["text"], **value, **comparator}


def read_expected(row: dict[str, str | None]) -> tuple[str | None, int | None, int | None] | str:
    """The comparator and both bounds expected for a row, or the word for a refusal."""
    if "refused" in row.values():
        return "refused"
    low, high = (int(end) if (end := row[name]) else None for name in ("low", "high"))
    return ("eq" if row["read as"] == "range" else row["read as"], low, high)


def read(client: Client, row: dict[str, str | None]) -> tuple[str, int | None, int | None] | str:
    """What the API makes of a row; checks that a refusal points at the quantity and gives a detail."""
    answer = client.post(FACTS, fact(quantities=[make_quantity(row)]))
    if answer.status == 201:
        kept = answer.json["fact"]["quantities"][0]
        return kept["comparator"], kept["low"], kept["high"]
    (fault,) = answer.json["errors"]
    assert (answer.status, fault["pointer"].split("/")[1:3]) == (422, ["quantities", "0"])
    assert "write" in fault["detail"], fault
    return "refused"


def test_every_case_is_read_as_it_must_be_or_refused_with_what_to_write(client: Client) -> None:
    client.open()
    assert len(ROWS) > 50
    found = [(make_quantity(row), read(client, row), read_expected(row)) for row in ROWS]
    assert [each for each in found if each[1] != each[2]] == []
