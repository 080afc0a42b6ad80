"""An id has no blanks at its ends: cells of tables are trimmed, and all other inputs are refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.api.asking import FACTS, TALKS, fact
from tests.api.recording.test_texts import store_as_before

if TYPE_CHECKING:
    from api.composition import Parley
    from tests.api.asking import Client

ENDS: Final = ("A ", " A", "A\u00a0", "\u3000A", "A\u2003")
DETAIL: Final = "leave out the blanks before and after it"
NDJSON: Final = {"content_type": "application/x-ndjson"}


def make_custody(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- a fact's fields
    return fact(kind="custody", status="detained", **{"person": "Eve", **fields})


CASES: Final[tuple[tuple[str, Any], ...]] = (
    ("/external_id", lambda text: make_custody(external_id=text)),
    ("/person/id", lambda text: make_custody(person={"name": "Eve", "id": text})),
    (
        "/links/0/fact",
        lambda text: make_custody(links=[{"relation": "refines", "fact": f"external:{text}"}]),
    ),
)


@pytest.mark.parametrize("text", ENDS)
def test_one_fact_and_a_line_are_refused_at_the_same_place(light_client: Client, text: str) -> None:
    light_client.open()
    for pointer, made in CASES:
        for address in (FACTS, f"{FACTS}?dry_run=true"):
            refused = light_client.post(address, made(text))
            assert (refused.status, refused.json["errors"]) == (
                422,
                [{"pointer": pointer, "detail": DETAIL}],
            )
        line = json.dumps({"op": "record", "external_id": "B", **made(text)}).encode()
        rejected = light_client.post(f"{TALKS}/import", line, **NDJSON).json["rejected"]
        assert rejected == [{"line": 1, "pointer": pointer, "detail": DETAIL}]


@pytest.mark.parametrize("text", ENDS)
def test_a_cell_names_the_fact_without_them(light_client: Client, text: str) -> None:
    light_client.open()
    named = light_client.record(external_id="A").json["id"]
    table = f"op,external_id,citation.publisher\ncorroborate,{text},Onliner\n"
    report = light_client.post(f"{TALKS}/import", table.encode(), content_type="text/csv").json
    assert report["corroborated"] == 1
    assert light_client.get(f"/v1/facts/{named}").json["version"] == 2


def test_a_fact_that_was_recorded_with_them_goes_on_changing(
    client: Client, parley: Parley
) -> None:
    where = f"/v1/facts/{store_as_before(parley, 'A ')}"
    correction = {"reason": "coding_error", "why": "unseen", "changes": {"note": "checked"}}
    assert client.post(f"{where}/corrections", correction, if_match="*").status == 200
    line = {"op": "corroborate", "external_id": "A ", "citation": {"publisher": "Onliner"}}
    report = client.post(f"{TALKS}/import", json.dumps(line).encode(), **NDJSON).json
    assert report["corroborated"] == 1
    assert client.post(FACTS, fact(external_id="A")).status == 201
