"""A refusal lists at most a hundred faults, counts the others, and quotes little of the request."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from api.commands.commands import FactParser
from api.commands.confidential import withhold_confidential
from api.commands.importing.csv_rows import read_csv
from api.commands.json_text import MOST_ENTRIES, read_json
from domain.errors import MOST_FAULTS, ContentError, Fault
from tests.api.asking import FACTS, TALKS, fact

if TYPE_CHECKING:
    from tests.api.asking import Answer, Client

SIZE: Final = 900_000
LONG: Final = "n" * SIZE
MOST_BYTES: Final = 100_000
"""The most bytes of a refusal of a body of 900 KB."""


def make_citations(count: int, **more: object) -> list[dict[str, Any]]:
    return [{"publisher": "A", **more} for _ in range(count)]


DOCUMENTS: Final[dict[str, dict[str, Any]]] = {
    "wrong items": fact(people=[1] * (SIZE // 2)),
    "a thousand wrong items": fact(people=[1] * 1_000, places=[[]] * 1_000, parties=[{}] * 1_000),
    "wrong objects": fact(quantities=[{}] * (SIZE // 3)),
    "unknown names": fact(**{f"n{number}": 1 for number in range(SIZE // 12)}),
    "unknown names in items": fact(
        citations=[{f"n{n}": 1 for n in range(200)} for _ in range(400)]
    ),
    "long names": fact(**{f"{number}{'n' * 9_000}": 1 for number in range(99)}),
    "one long name": fact(**{LONG: 1}),
    "long names in long names": fact(people=[{"n" * 900: {"m" * 900: {"o" * 900: [1] * 300}}}] * 9),
    "wrong days": fact(citations=make_citations(20_000, published="XXXX-02-30")),
    "a thousand wrong days": fact(citations=make_citations(1_000, published="XXXX-02-30")),
    "wrong quantities": fact(quantities=[{"what": " ", "value": 10**18}] * 1_000),
    "wrong links": fact(links=[{"relation": "refines", "fact": "none"}] * 1_000),
    "blank texts": fact(people=[" "] * 1_000, places=["\u0000"] * 1_000),
    "a long day": fact(valid="9" * SIZE),
    "a long kind": fact(kind=LONG),
    "a long relation": fact(links=[{"relation": LONG, "fact": "none"}]),
    "a long grade": fact(citations=make_citations(1, grade=LONG)),
    "a long matter": fact(matter=LONG[:400_000], external_id=LONG[:400_000]),
    "confidential parts": fact(
        citations=make_citations(1_000, confidential={"identity": 1, "note": 2})
    ),
    "empty lists": fact(people=[[[]] * 900] * 300),
}
REPEATED: Final = (
    b'{"kind":"release",' + b",".join(b'"a%d":1,"a%d":1' % (n, n) for n in range(40_000)) + b"}"
)


def read_problem(answer: Answer, *, exact: bool = False) -> dict[str, Any]:
    assert answer.status == 422
    problem: dict[str, Any] = answer.json
    assert 0 < len(problem["errors"]) <= MOST_FAULTS
    assert len(answer.body) < MOST_BYTES
    assert all(len(error["pointer"]) < 400 for error in problem["errors"])
    if len(problem["errors"]) == MOST_FAULTS and not exact:
        assert re.search(r"… and [1-9][0-9]* more$", problem["detail"])
    return problem


def compact(document: object) -> bytes:
    body = json.dumps(document, separators=(",", ":")).encode()
    assert len(body) < 2**20
    return body


def test_a_refusal_of_a_large_body_is_small(light_client: Client) -> None:
    light_client.open()
    record = light_client.record()
    changes = record.headers["location"]
    tag, settings = record.headers["etag"], {"members": [" "] * 1_000}
    for name, document in DOCUMENTS.items():
        assert read_problem(light_client.post(FACTS, compact(document))), name
    read_problem(light_client.post(FACTS, REPEATED))
    for name in ("unknown names in items", "blank texts", "a thousand wrong days"):
        body = compact({"reason": "coding_error", "why": "wrong", "changes": DOCUMENTS[name]})
        problem = read_problem(light_client.post(f"{changes}/corrections", body, if_match=tag))
        assert problem["errors"][0]["pointer"].startswith("/changes")
    tag = light_client.get(f"{TALKS}/settings").headers["etag"]
    read_problem(light_client.post(f"{TALKS}/settings", compact(settings), if_match=tag))
    read_problem(
        light_client.post(
            "/v1/negotiations", compact({"slug": LONG, "title": " ", "parties": [1] * 1_000})
        )
    )


def test_a_refusal_counts_all_faults_and_tells_of_the_first_hundred(light_client: Client) -> None:
    light_client.open()
    problem = read_problem(light_client.post(FACTS, fact(people=[" "] * 777)))
    assert problem["detail"].endswith("; … and 677 more")
    assert [error["pointer"] for error in problem["errors"]] == [f"/people/{n}" for n in range(100)]
    problem = read_problem(light_client.post(FACTS, fact(people=[" "] * 100)), exact=True)
    assert "more" not in problem["detail"]


@pytest.mark.cases(8)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_fault_is_made_for_each_of_what_is_too_much(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = 0
    make = Fault.__init__

    def count_fault(self: Fault, pointer: str, detail: str) -> None:
        nonlocal made
        made += 1
        make(self, pointer, detail)

    monkeypatch.setattr(Fault, "__init__", count_fault)
    raw = compact(DOCUMENTS[name])
    with pytest.raises(ContentError):
        FactParser().parse(withhold_confidential(read_json(raw))[0])
    assert made <= 5 * MOST_ENTRIES


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"a": [0] * (MOST_ENTRIES + 1)}, "/a: write at most 1000 entries, not 1001"),
        (
            {"a": dict.fromkeys(map(str, range(MOST_ENTRIES + 1)))},
            "/a: write at most 1000 names, not 1001",
        ),
        ({"a": [[0] * 900] * 30}, "/a: there are more than 20000 values: send less at once"),
    ],
)
def test_what_is_larger_than_any_fact_is_refused_as_it_is_read(
    document: object, fault: str
) -> None:
    with pytest.raises(ContentError, match=f"^{fault}$"):
        read_json(compact(document))


def test_a_fact_whose_every_list_is_as_long_as_may_be_is_read() -> None:
    document = fact(
        people=["A"] * 1_000,
        places=["B"] * 1_000,
        parties=["C"] * 1_000,
        links=[{"relation": "refines", "fact": "external:a"}] * 1_000,
        quantities=[{"what": "released", "value": 1}] * 50,
        citations=[{"publisher": "A", "title": "B", "published": "2025"}] * 200,
    )
    assert len(FactParser().parse(compact(document)).links) == MOST_ENTRIES


def test_an_error_keeps_its_count_on_the_way() -> None:
    faults = [Fault(f"/{number}", "wrong") for number in range(1_000)]
    for error in (ContentError(*faults), ContentError.of(iter(faults))):
        moved = error.under("/changes")
        assert (len(moved.told), moved.count) == (MOST_FAULTS, 1_000)
        assert moved.faults[0].pointer == "/changes/0"
        assert str(moved).endswith("; … and 900 more")


def test_a_list_in_a_cell_is_read_no_further_than_shows_that_it_is_too_long() -> None:
    cells = b"kind,links\nrelease," + b"refines a;" * 10_000
    (line,) = read_csv(cells.splitlines())
    assert line.content is not None
    assert len(line.content["links"]) == MOST_ENTRIES + 2


def test_a_refusal_repeats_little_of_an_address(light_client: Client) -> None:
    light_client.open()
    long_ = "q" * 3_000
    paths = light_client.get("/openapi.json").json["paths"]
    asked = 0
    for path, methods in paths.items():
        for method in methods:
            address = re.sub(r"\{[^}]*\}", long_, path)
            if address == path:
                continue
            answer = light_client.send(method.upper(), address, {"json": {}})
            assert 400 <= answer.status < 500
            assert len(answer.body) < 2_000, address[:60]
            asked += 1
    assert asked > 30
