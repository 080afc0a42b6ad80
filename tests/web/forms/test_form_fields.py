"""A form has a field for everything that a kind takes, completes names, and shows how it reads what is typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from api.commands.importing.described import describe_columns
from api.commands.importing.form_cells import cells_of_fact, read_form_cells
from api.web.forms.fields import groups_of
from api.web.forms.readings import read_date, read_number_in_words
from domain.fact import KINDS
from domain.time.holding import Holding
from tests.web.forms.releases import RECORD_FORM

if TYPE_CHECKING:
    from tests.web.browsing import Reader
    from tests.web.desk import Desk


@pytest.mark.either_database
def test_the_names_that_are_known_are_offered_with_their_spellings(
    reader: Reader, desk: Desk
) -> None:
    reader.editor.open()
    reader.editor.record(kind="alias", name="Ihar Losik", same_as="Igor Losik")
    reader.editor.record(people=["Ihar Losik"])
    desk.enter()
    form = desk.see(f"{RECORD_FORM}?kind=custody")
    assert {"Ihar Losik"} <= set(form.all("option", "value"))
    [person] = [given for _, given in form.elements if given.get("name") == "person"]
    assert person["list"] == "somebody-known"


@pytest.mark.either_database
def test_places_posts_and_populations_are_completed_too(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    reader.editor.record(places=["Vilnius", "Minsk"], population="political prisoners")
    reader.editor.record(places=["Minsk"])
    reader.editor.record(kind="appointment", person="John Coale", post="envoy; for all")
    desk.enter()
    lists = {
        "appointment": [("post", "post", ["envoy; for all"])],
        "release": [
            ("places", "place", ["Minsk", "Vilnius"]),
            ("population", "population", ["political prisoners"]),
        ],
    }
    for kind, expected in lists.items():
        form = desk.see(f"{RECORD_FORM}?kind={kind}")
        for column, sort, names in expected:
            [field] = [given for _, given in form.elements if given.get("name") == column]
            assert field["list"] == f"{sort}-known"
            _, _, inside = form.html.partition(f'<datalist id="{sort}-known">')
            offered = re.findall('<option value="([^"]*)"', inside.partition("</datalist>")[0])
            assert offered == names


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_column_of_a_kind_is_a_field_of_its_form(kind: str) -> None:
    groups = groups_of(kind, {}, {}, {})
    fields = [field.column for group in groups for field in (*group.fields, *group.more)]
    columns = [column["column"] for column in describe_columns(kind) if column["column"] != "kind"]
    assert sorted(fields) == sorted(columns)


@pytest.mark.either_database
def test_what_a_fact_is_filled_in_with_makes_the_same_fact(real: Reader) -> None:
    items = real.http.get("/v1/negotiations/us-belarus/timeline?limit=1000").json()["items"]
    for record in items:
        cells = cells_of_fact(record["fact"])
        assert not {"quantity.low", "quantity.high"} & cells.keys()
        body = {**read_form_cells(cells).content}
        answer = real.editor.post(
            "/v1/negotiations/us-belarus/facts?dry_run=true", {**body, "external_id": "new"}
        )
        assert answer.status == 200, (cells, answer.json)
        assert {**answer.json["fact"], "external_id": record["fact"]["external_id"]} == record[
            "fact"
        ]


@pytest.mark.parametrize(
    ("edtf", "holding", "words"),
    [
        ("2025-09-11", None, "Read as: 11 September 2025."),
        ("2025-09-11", Holding.PERIOD, "Read as: 11 September 2025. It is still so."),
        (
            "2025-09",
            None,
            "Read as: September 2025. Begins 1 September 2025 at the earliest, 30 September 2025 at the latest.",
        ),
        (
            "2025-09-11/",
            None,
            "Read as: from 11 September 2025, end not known. It ended or will end, and it is not said when.",
        ),
        (
            "../2025-09-11",
            None,
            "Read as: until 11 September 2025. Begins on no known day. Ends on 11 September 2025.",
        ),
        (
            "2025-01-01/2025-02-03",
            None,
            "Read as: 1 January 2025 to 3 February 2025. Ends on 3 February 2025.",
        ),
        ("yesterday", None, None),
        ("", None, None),
    ],
)
def test_the_reading_of_a_date_is_said(
    edtf: str, holding: Holding | None, words: str | None
) -> None:
    assert read_date(edtf, holding) == words


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("at least 100",), "Read as: 100 or more."),
        (("not fewer than fifty",), "Read as: 50 or more."),
        (("52",), "Read as: exactly 52."),
        (("50 to 60",), "Read as: 50 to 60."),
        (("about 100",), "Read as: about 100; the source gives no limits."),
        (("", "le", "7"), "Read as: 7 or fewer."),
        (("", "", "", "3", "9"), "Read as: 3 to 9."),
        (("some", "eq", "9"), "Read as: exactly 9."),
        (("nonsense",), None),
        (("", "worse", "7"), None),
        (("", "eq", "9" * 5_000), None),
        (("",), None),
    ],
)
def test_the_reading_of_a_number_is_said(parts: tuple[str, ...], words: str | None) -> None:
    assert read_number_in_words(*parts) == words
