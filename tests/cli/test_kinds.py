"""`parley kinds` and `parley columns` list kinds and fields from the registry; a filled template can be imported."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from domain.fact import KINDS
from tests.importing.lines import SLUG

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def columns(shell: Shell, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(shell.out("columns", kind, "--json"))["columns"]
    return found


def test_every_kind_is_told_with_what_it_holds_and_its_fields(light: Shell) -> None:
    found = {kind["kind"]: kind for kind in json.loads(light.out("kinds", "--json"))["kinds"]}
    assert set(found) == set(KINDS)
    assert found["custody"]["holds"] == "period"
    fields = {field["name"]: field for field in found["custody"]["fields"]}
    assert [name for name, each in fields.items() if each["needed"]] == ["person", "status"]
    assert "house_arrest" in fields["status"]["write"]
    printed = light.out("kinds")
    assert all(kind in printed for kind in KINDS)
    assert "sentence_ends?" in printed


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_template_is_imported_once_a_row_is_filled_in(light: Shell, kind: str) -> None:
    found = columns(light, kind)
    assert all(each["example"] for each in found if each["needed"])
    header = light.out("columns", kind, "--csv")
    assert next(csv.reader([header])) == [each["column"] for each in found]
    rows = [
        {each["column"]: each["example"] for each in found if each["needed"]},
        {each["column"]: each["example"] for each in found},
    ]
    rows[0]["external_id"], rows[1]["external_id"] = "K1", "K2"
    rows[1].pop("links", None)
    out = io.StringIO(header, newline="")
    out.seek(0, io.SEEK_END)
    csv.DictWriter(out, [each["column"] for each in found]).writerows(rows)
    path = light.file(out.getvalue().encode(), name="table.csv")
    report = json.loads(light.out("import", SLUG, path, "--json"))
    assert (report["recorded"], report["rejected"]) == (2, [])


def test_columns_are_told_to_people(light: Shell) -> None:
    printed = light.out("columns", "custody")
    assert "house_arrest" in printed
    assert "needed" in printed
    result = light("columns", "cuddle")
    assert (result.exit_code, "custody" in result.stderr) == (1, True)
    assert light.out("columns", "release", "--csv", "--bom").startswith("\ufeffexternal_id,kind,")
