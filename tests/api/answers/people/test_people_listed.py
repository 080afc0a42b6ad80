"""Everyone whom a fact names is listed once with their status, and can be found by name, id or status."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.api.answers.people.namesakes import ELDER, HELD, YOUNGER, list_people
from tests.api.answers.people.test_names import read_custody
from tests.api.asking import TALKS

if TYPE_CHECKING:
    from tests.api.asking import Client


def record_people(client: Client) -> None:
    """One person held and freed, one held, two of the same name, and two who only made statements."""
    client.open()
    client.record(**HELD, person="Ivan Primerov", summary="Held")
    client.record(people=["ivan primerov"], valid="2025-09-11", summary="Freed")
    client.record(**HELD, person="Łukasz Nowak", summary="Also held")
    client.record(**{**HELD, "valid": "2025-02"}, person=ELDER)
    client.record(kind="statement", speaker="Иван Примеров", valid="2025-10", summary="He spoke")
    client.record(kind="statement", speaker="Lukasz Nowak", valid="2025-10")


def test_everyone_whom_a_fact_names_is_listed_with_what_became_of_them(client: Client) -> None:
    record_people(client)
    found = list_people(client)
    fields = ("name", "id", "spellings", "status", "since", "certainty", "contested", "facts")
    assert [tuple(each[field] for field in fields) for each in found] == [
        ("Ann Example", "list:17", ["Ann Example"], "detained", "2025-02", "certain", False, 1),
        (
            "Ivan Primerov",
            None,
            ["Ivan Primerov", "ivan primerov"],
            "free",
            "2025-09-11",
            "certain",
            False,
            2,
        ),
        ("Lukasz Nowak", None, ["Lukasz Nowak"], None, None, None, None, 1),
        ("Łukasz Nowak", None, ["Łukasz Nowak"], "detained", "2025-01-10", "certain", False, 1),
        ("Иван Примеров", None, ["Иван Примеров"], None, None, None, None, 1),
    ]
    assert found[1]["fact"]["summary"] == "Freed"
    assert (found[2]["fact"], found[2]["last_reported"]) == (None, "2025-09-11")
    hints = {each["name"]: each["may_be"] for each in found if each["may_be"]}
    latin, accents = "the same in Latin letters", "the same but for accents"
    assert hints == {
        "Ivan Primerov": [{"name": "Иван Примеров", "id": None, "why": latin}],
        "Иван Примеров": [{"name": "Ivan Primerov", "id": None, "why": latin}],
        "Lukasz Nowak": [{"name": "Łukasz Nowak", "id": None, "why": accents}],
        "Łukasz Nowak": [{"name": "Lukasz Nowak", "id": None, "why": accents}],
    }


def test_who_was_held_on_a_day_is_asked_by_status_and_as_of(client: Client) -> None:
    record_people(client)

    def names(query: str) -> list[str]:
        return [each["name"] for each in list_people(client, query)]

    assert names("status=held") == ["Ann Example", "Łukasz Nowak"]
    assert names("status=held&as_of=2025-03-01") == ["Ann Example", "Ivan Primerov", "Łukasz Nowak"]
    assert names("status=held&as_of=2025-01-11") == ["Ivan Primerov", "Łukasz Nowak"]
    assert names("status=free") == ["Ivan Primerov"]
    assert names("status=missing") == []
    assert names("q=primerov") == ["Ivan Primerov", "Иван Примеров"]
    assert names("q=nowak&status=detained") == ["Łukasz Nowak"]
    assert client.get(f"{TALKS}/people?status=gone").pointers == ["/query/status"]
    client.record(kind="alias", name="Иван Примеров", same_as="Ivan Primerov", valid="2025-12")
    assert list_people(client, "q=ivan")[0]["spellings"] == [
        "Ivan Primerov",
        "ivan primerov",
        "Иван Примеров",
    ]


def test_one_person_is_asked_for_by_a_spelling_or_by_their_id(client: Client) -> None:
    record_people(client)
    client.record(people=[ELDER, YOUNGER, "Ann Example Junior"], valid="2025-09-11")
    client.record(kind="alias", name="Иван Примеров", same_as="Ivan Primerov", valid="2025-12")

    def list_found(person: str) -> list[tuple[str, str | None]]:
        return [
            (each["name"], each["id"]) for each in list_people(client, f"person={quote(person)}")
        ]

    assert list_found("Ivan Primerov") == list_found("Иван Примеров") == [("Ivan Primerov", None)]
    alike = [("Lukasz Nowak", None), ("Łukasz Nowak", None)]
    assert list_found("łukasz nowak") == list_found("LUKASZ NOWAK") == alike
    both = [("Ann Example", ELDER["id"]), ("Ann Example", YOUNGER["id"])]
    assert list_found("ann example")[-2:] == both
    assert list_found("list:17") == both[:1]
    assert list_found("Ann") == []
    assert list_people(client, f"person={quote('Ann Example')}&status=held") == [
        each for each in list_people(client, "status=held") if each["name"] == "Ann Example"
    ]


def test_people_are_given_in_pages_and_as_a_table(client: Client) -> None:
    record_people(client)
    everyone, paged, cursor = list_people(client), [], ""
    while True:
        page = client.get(f"{TALKS}/people?{cursor or 'limit=2'}").json
        paged += page["items"]
        if page["next"] is None:
            break
        assert len(page["items"]) == 2
        cursor = f"limit=2&cursor={page['next']}"
        client.record(kind="statement", speaker="Aaron", valid="2025-11")
    assert paged == everyone
    answer = client.get(f"{TALKS}/people?status=held&position=7", accept="text/csv")
    lines = answer.body.decode().split("\r\n")
    assert lines[0].startswith(
        "name,id,spellings,status,since,certainty,contested,last_reported,fact"
    )
    assert lines[0].endswith("may_be,ambiguous,sources")
    assert all(line.rpartition(",")[2] for line in lines[1:3])
    assert [line.split(",")[0] for line in lines[1:3]] == ["Ann Example", "Łukasz Nowak"]


def test_a_name_that_several_ids_bear_may_be_any_of_them(client: Client) -> None:
    client.open()
    for person in (ELDER, YOUNGER, "Ann Example"):
        client.record(**HELD, person=person)
    bare, *others = list_people(client)
    assert (bare["id"], bare["ambiguous"]) == (None, ["list:17", "wikidata:Q42"])
    assert [(each["id"], each["why"]) for each in bare["may_be"]] == [
        ("list:17", "the same name"),
        ("wikidata:Q42", "the same name"),
    ]
    assert [(other["contested"], other["certainty"]) for other in others] == [
        (True, "possible")
    ] * 2


def test_a_list_of_people_calls_no_body_a_person(client: Client) -> None:
    client.post(
        "/v1/negotiations", {"slug": "talks", "title": "T", "parties": ["Belarus", "Poland"]}
    )
    either = {"asked": {"kind": "response", "answer": "declined"}, "speaker": {"kind": "statement"}}
    bodies = ("BELARUS", "United\u00a0States", "Reuters", "AP", "Viasna", "Spring", "Ministry")
    named = (*bodies, "Ann Example", "Bo", "Ada", "Tsikhanouskaya", "White House")
    for field, own in either.items():
        for name in named:
            client.record(**own, **{field: name}, summary=name)
    client.record(
        parties=["United States"],
        citations=[{"publisher": "Reuters", "origin": "AP"}],
        people=["ann example"],
    )
    client.record(kind="custody", status="detained", person="Bo", external_id="BO")
    client.record(kind="appointment", post="envoy", person="Ada", citations=[{"publisher": "Ada"}])
    for counter in ("Viasna", "Tsikhanouskaya"):
        client.record(kind="prisoner_count", population="prisoners", counted_by=counter)
    client.record(people=["Tsikhanouskaya"])
    client.record(kind="alias", of="organisation", name="Spring", same_as="Viasna")
    client.record(
        kind="measure", authority="Ministry", target="T", action="imposed", stage="in_force"
    )
    found = {each["name"]: each["known_to_be"] for each in list_people(client)}
    people = dict.fromkeys(("Ada", "Ann Example", "Bo", "Tsikhanouskaya"), "person")
    assert found == {**people, "T": None, "White House": None}
    assert [each["external_id"] for each in list_people(client, "status=held")] == ["BO"]
    head, row, _ = (
        client.get(f"{TALKS}/people?status=held", accept="text/csv").body.decode().split("\r\n")
    )
    told = dict(zip(head.split(","), row.split(","), strict=True))
    assert (told["name"], told["known_to_be"], told["external_id"]) == ("Bo", "person", "BO")


def test_of_very_many_spellings_the_first_are_given_and_the_way_to_the_facts(
    client: Client,
) -> None:
    client.open()
    names = [f"Ann Example {n:03}" for n in range(150)]
    for batch in range(3):
        people = [{"name": name, "id": "list:1"} for name in names[batch * 50 :][:50]]
        client.record(people=people, summary=f"part {batch}", valid="2031")
    (ann,) = list_people(client, "as_of=2030")
    assert (ann["spellings"], ann["spellings_more"]["count"]) == (names[:100], 150)
    facts = client.get(ann["spellings_more"]["href"]).json["items"]
    told = {person["name"] for record in facts for person in record["fact"]["people"]}
    assert told == set(names)
    rows = client.get(f"{TALKS}/people", accept="text/csv").body.decode()
    assert "; Ann Example 099; … and 50 more" in rows


def test_of_very_many_ids_that_bear_a_name_the_first_are_given_and_the_way_to_the_rest(
    client: Client,
) -> None:
    client.open()
    for batch in range(3):
        people = [{"name": "Ann Example", "id": f"{batch * 50 + n:03}"} for n in range(50)]
        client.record(people=people, summary=f"part {batch}")
    client.record(**HELD, person="ann example")
    ids = [f"{n:03}" for n in range(150)]
    bare = list_people(client, "limit=1")[0]
    assert (bare["id"], bare["ambiguous"]) == (None, ids[:100])
    assert bare["ambiguous_more"]["count"] == 150
    page = client.get(bare["ambiguous_more"]["href"]).json
    assert [item["id"] for item in page["items"]] == ids[:100]
    (entry,) = (each for each in read_custody(client) if each["person_id"] is None)
    assert (entry["ambiguous"], entry["ambiguous_more"]["count"]) == (ids[:100], 150)
    page = client.get(entry["ambiguous_more"]["href"]).json
    assert [item["person_id"] for item in page["items"]][:2] == ids[:2]
    rows = client.get(f"{TALKS}/people?limit=1", accept="text/csv").body.decode()
    assert "; 099; … and 50 more" in rows
    client.post(f"{TALKS}/snapshots", {"name": "whole"})
    kept = client.get(f"{TALKS}/snapshots/whole").json["content"]["custody"][0]
    assert (kept["ambiguous"], "ambiguous_more" in kept) == (ids, False)
