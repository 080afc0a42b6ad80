"""A dry run gives the answer that the real call then gives, and leaves every table as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import select

from domain.fact import KINDS, as_primitives
from infrastructure.projections.stored_versions import versions_in
from infrastructure.tables.record import metadata
from tests.api.asking import FACTS, TALKS, Answer, authorize, count, fact, without_credentials
from tests.api.desk import CITED, CORRECTION, RETRACTION, WHY
from tests.examples import full_fact
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from sqlalchemy import CursorResult

    from api.composition import Parley
    from domain.views.versions import FactVersion
    from tests.api.asking import Client
    from tests.api.desk import Desk

pytestmark = pytest.mark.either_database

DRY: Final = "dry_run=true"
#: Fields that only the log gives, and fields that only a dry run gives.
APART: Final = ("position", "recorded_at", "perspective", "rivals", "rivals_more")
HELD: Final = {"kind": "custody", "person": "Ann Example", "valid": "2025-09-01"}
FOLLOWING: Final = ("rate", "fact_text", "projection")
POST: Final = {"kind": "appointment", "post": "Envoy"}


def make_body(kind: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- a fact's fields
    """The body of a fact of a kind with all its fields."""
    document: dict[str, Any] = as_primitives(replace(full_fact(kind), **fields))
    for quantity in document["quantities"]:
        if quantity["value"] is not None:
            del quantity["low"], quantity["high"]
    return document


def omit_apart(answer: Answer, *besides: str) -> dict[str, Any]:
    return {name: each for name, each in answer.json.items() if name not in (*APART, *besides)}


def rivals(client: Client, **fields: Any) -> list[str]:  # noqa: ANN401 -- a fact's fields
    """The summaries of the rivals that a fact would have."""
    answer = client.post(f"{FACTS}?{DRY}", fact(**fields))
    assert answer.status == 200, answer.json
    for rival in answer.json["rivals"]:
        assert set(rival) == {"id", "version", "summary", "valid", "citations"}
    return [rival["summary"] for rival in answer.json["rivals"]]


def rows(parley: Parley) -> dict[str, list[Any]]:
    """All rows of all tables, except those that are filled later from the log."""
    with parley.database.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
            if not table.name.startswith(FOLLOWING)
        }


def test_every_kind_of_fact_is_answered_as_it_is_recorded(client: Client) -> None:
    client.open()
    for kind in KINDS:
        body = make_body(kind, external_id=f"of {kind}")
        tried = client.post(f"{FACTS}?{DRY}", body)
        assert (tried.status, tried.json["position"]) == (200, None), tried.json
        done = client.post(FACTS, body)
        assert done.status == 201
        assert omit_apart(tried) == omit_apart(done), kind
        assert tried.json["fact"]["quantities"][1]["low"] == 1400


@on_sqlite
def test_a_fact_without_an_external_id_has_no_id_yet(client: Client) -> None:
    client.open()
    tried = client.post(f"{FACTS}?{DRY}", fact())
    assert tried.json["id"] is None
    assert omit_apart(tried, "id") == omit_apart(client.record(), "id")
    again = client.post(f"{FACTS}?{DRY}", fact())
    assert omit_apart(again, "id") == omit_apart(client.record(), "id")


def test_every_change_is_answered_as_it_is_made(client: Client, parley: Parley) -> None:
    client.open()
    address = client.record(**HELD, status="detained").headers["location"]
    changes: list[tuple[str, dict[str, Any]]] = [
        ("corrections", CORRECTION),
        ("corroborations", CITED),
        ("preference", {"preferred": True, **WHY}),
        ("end", {"ended": "2025-10", **WHY}),
        ("retraction", RETRACTION),
        ("reinstatement", WHY),
    ]
    for what, body in changes:
        tag = client.get(address).headers.get("etag", "*")
        before = rows(parley)
        named = {"if_match": tag, "idempotency_key": what}
        tried = client.post(f"{address}/{what}?{DRY}", body, **named)
        assert rows(parley) == before
        done = client.post(f"{address}/{what}", body, **named)
        assert (tried.status, done.status) == (200, 200), (tried.json, done.json)
        assert omit_apart(tried) == omit_apart(done), what
    assert tried.json["status"] == "ended"


@on_sqlite
def test_a_dry_run_is_refused_as_the_call_is(client: Client, parley: Parley) -> None:
    client.open()
    address = client.record(external_id="F-1").headers["location"]
    client.post(f"{address}/preference", {"preferred": True, **WHY}, if_match='"1"')
    before = rows(parley)
    calls: list[tuple[str, Any, dict[str, str]]] = [
        (FACTS, fact(external_id="F-1"), {}),
        (FACTS, fact(valid="05/01/2024"), {}),
        (FACTS, fact(quantities=[{"what": "released", "text": "scads"}]), {}),
        (f"{TALKS}-not/facts", fact(), {}),
        (f"{address}/corrections", CORRECTION, {}),
        (f"{address}/corrections", CORRECTION, {"if_match": '"1"'}),
        (f"{address}/corrections", {**CORRECTION, "changes": {}}, {"if_match": '"2"'}),
        (f"{address}/end", {"ended": "2025"}, {"if_match": "*"}),
        (f"{address}/reinstatement", WHY, {"if_match": "*"}),
        (f"{TALKS}/corrections", {**CORRECTION, "changes": {"title": "Talks"}}, {"if_match": "*"}),
        (f"{TALKS}/corrections", {**CORRECTION, "changes": {"title": "T"}}, {}),
        (FACTS, fact(), {"idempotency_key": "a b"}),
    ]
    for path, body, headers in calls:
        tried, done = (client.post(f"{path}{query}", body, **headers) for query in (f"?{DRY}", ""))
        assert tried.status == done.status >= 400, (path, tried.json)
        assert tried.json == done.json
    assert rows(parley) == before
    assert client.post(f"{FACTS}?dry_run=maybe", fact()).pointers == ["/query/dry_run"]


@on_sqlite
def test_a_dry_run_takes_what_the_call_takes(client: Client, parley: Parley) -> None:
    client.open()
    address = client.record().headers["location"]
    reader = authorize(parley, "Cy", "fact:read")["Authorization"]
    client.post(f"{TALKS}/settings", {"visibility": "private", "members": ["editor"]})
    outsider = authorize(parley, "Bo", "fact:write", "fact:correct")["Authorization"]
    nobody = without_credentials(client)
    for path, body in ((FACTS, fact()), (f"{address}/corrections", CORRECTION)):
        asked = f"{path}?{DRY}"
        assert nobody.post(asked, body, if_match="*").status == 401
        assert client.post(asked, body, if_match="*", authorization=reader).status == 403
        assert client.post(asked, body, if_match="*", authorization=outsider).status == 404
        assert client.post(asked, body, if_match="*").status == 200


@on_sqlite
def test_where_a_change_takes_two_persons_a_dry_run_says_so(desk: Desk) -> None:
    address = desk.fact()
    before = rows(desk.parley)
    tried = desk.post(f"{address}/corrections?{DRY}", CORRECTION, if_match="*")
    assert tried.status == 200
    assert rows(desk.parley) == before
    done = desk.propose(address)
    apart = ("id", "proposed_at", "digest", "record")
    assert omit_apart(tried, *apart) == omit_apart(done, *apart)
    assert tried.json["record"]["fact"]["summary"] == CORRECTION["changes"]["summary"]
    approved = desk.decide(done)
    assert approved.status == 200
    corrected = desk.get(address)
    assert tried.json["record"]["fact"] == corrected.json["fact"]


def test_a_correction_of_the_negotiation_is_tried_too(client: Client, parley: Parley) -> None:
    client.open()
    before = rows(parley)
    body = {**CORRECTION, "changes": {"title": "Other talks"}}
    tried = client.post(f"{TALKS}/corrections?{DRY}", body, if_match="*")
    assert rows(parley) == before
    done = client.post(f"{TALKS}/corrections", body, if_match="*")
    assert (tried.status, tried.body) == (200, done.body)


def test_rivals_are_those_of_the_entry(client: Client) -> None:
    client.open()
    client.record(**POST, person="Ann", valid="2025-09-01/..", summary="Ann")
    client.record(**POST | {"post": "Minister"}, person="Bo", valid="2025-09-01/..", summary="Bo")
    assert rivals(client, **POST, person="Cy", valid="2025-09-10/..") == ["Ann"]
    assert rivals(client, **POST, person="Cy", valid="2025-08") == []
    assert rivals(client, **POST | {"post": "Clerk"}, person="Cy", valid="2025-09-01/..") == []
    tried = client.post(f"{FACTS}?{DRY}", fact(**POST, person="Cy", valid="2025-09-10/.."))
    client.record(**POST, person="Cy", valid="2025-09-10/..", summary="Cy")
    [entry] = [post for post in client.get(TALKS).json["posts"] if post["post"] == "Envoy"]
    assert entry["contested"]
    shown = {each["id"] for each in (entry["fact"], *entry["rivals"])}
    assert {rival["id"] for rival in tried.json["rivals"]} < shown


def test_rivals_of_what_is_over_or_to_come_are_those_of_its_time(client: Client) -> None:
    client.open()
    client.record(**POST, person="Ann", valid="2020-01-01/2020-06-30", summary="Ann")
    client.record(**POST, person="Dee", valid="2999-01-01/2999-06-30", summary="Dee")
    assert rivals(client, **POST, person="Cy", valid="2020-02-01/2020-05-31") == ["Ann"]
    assert rivals(client, **POST, person="Cy", valid="2021-02-01/2021-05-31") == []
    assert rivals(client, **POST, person="Cy", valid="2999-02-01/2999-05-31") == ["Dee"]


def test_rivals_of_a_number_speak_to_the_same_question(client: Client) -> None:
    client.open()
    first = client.record(quantities=count(52), matter="sep11", summary="52").json["id"]
    client.record(quantities=count(14), matter="june", valid="2025-06-21", summary="14")
    assert rivals(client, quantities=count(50), matter="sep11") == ["52"]
    assert rivals(client, quantities=count(50)) == []
    linked = [{"relation": "conflicts_with", "fact": first}]
    assert rivals(client, quantities=count(50), links=linked) == ["52"]
    client.record(**HELD, status="detained", summary="Held")
    free = client.post(f"{FACTS}?{DRY}", fact(people=["Ann Example"], valid="2025-09-01"))
    assert [rival["summary"] for rival in free.json["rivals"]] == ["Held"]


def test_rivals_of_a_number_of_some_are_those_of_the_entry(client: Client) -> None:
    client.open()
    of: dict[str, Any] = {"kind": "prisoner_count", "population": "political prisoners"}
    of |= {"counted_by": "Viasna", "matter": None}
    women, men = ([{"what": what, "value": 9}] for what in ("women", "men"))
    client.record(**of, quantities=women, valid="2025-09-01", summary="Women")
    fewer = {**of, "quantities": [{"what": "women", "value": 8}], "valid": "2025-09-01"}
    assert rivals(client, **fewer) == ["Women"]
    client.record(**of, quantities=men, valid="2025-09-05", summary="Men")
    [entry] = client.get(TALKS).json["prisoners"]["held"]
    assert (entry["fact"]["summary"], entry["rivals"]) == ("Men", [])
    assert rivals(client, **fewer) == []
    assert rivals(client, **{**fewer, "valid": "2025-09-06"}) == []
    assert rivals(client, **{**of, "quantities": men, "valid": "2025-09-05"}) == ["Men"]


def test_rivals_stand_under_any_spelling(client: Client) -> None:
    client.open()
    alias = {"kind": "alias", "name": "A. Example", "same_as": "Ann Example", "valid": "2025"}
    client.record(**alias)
    client.record(**HELD, status="detained", summary="Held")
    held = {**HELD, "status": "charged"}
    assert rivals(client, **held | {"person": "A. Example"}) == ["Held"]
    assert rivals(client, **held | {"person": "ANN  example"}) == ["Held"]
    named = {"name": "Ann Example", "id": "list:17"}
    client.record(**held | {"person": named, "valid": "2020/2021"}, summary="Charged")
    assert "Held" in rivals(client, **held | {"person": named})
    assert "Held" in rivals(client, **held | {"person": "A. Example"})


@pytest.mark.parametrize("others", [5, 40])
def test_a_dry_run_reads_no_more_in_a_longer_record(client: Client, others: int) -> None:
    client.open()
    for number in range(others):
        client.record(**HELD | {"person": f"Person {number}"}, status="detained")
    client.record(**HELD, status="detained")
    read: list[int] = []

    def count_versions(rows: CursorResult[Any]) -> list[FactVersion]:
        versions = versions_in(rows)
        read.extend([1] * len(versions))
        return versions

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("infrastructure.readers.state.facts_at.versions_in", count_versions)
        assert rivals(client, **HELD, status="charged") != []
    assert len(read) == 1


@pytest.mark.parametrize("what", ["fact", "sources"])
def test_an_erasure_says_what_it_would_destroy_and_destroys_nothing(
    client: Client, parley: Parley, what: str
) -> None:
    client.open()
    kept = {"publisher": "AP", "confidential": {"identity": "Jane"}}
    recorded = client.record(summary="To be erased", citations=[kept])
    address, tag = f"{recorded.headers['location']}/erasure", recorded.headers["etag"]
    body = {"reason": "The family asked", "what": what}
    tried = client.post(f"{address}?{DRY}", body, if_match=tag)
    assert (tried.status, tried.json["status"], tried.json["id"]) == (200, "open", None)
    assert client.post(f"{TALKS}/settings", {"review_erasure": False}).status == 200
    reader = authorize(parley, "Bo", "fact:read")
    before = rows(parley)
    alone = client.post(f"{address}?{DRY}", body, if_match=tag, idempotency_key="one")
    assert alone.json == tried.json["record"]
    assert (alone.json["what"], alone.json["versions"], alone.json["position"]) == (what, 1, None)
    for wrong, sent, status in (
        (body, {"if_match": '"9"'}, 412),
        ({**body, "reason": " "}, {"if_match": tag}, 422),
        (body, {"if_match": tag, **reader}, 403),
    ):
        assert client.post(f"{address}?{DRY}", wrong, **sent).status == status
    assert rows(parley) == before
    done = client.post(address, body, if_match=tag, idempotency_key="one")
    assert omit_apart(done) == omit_apart(alone, "versions")
