"""Ids tell people of one name apart; names lead to those who bear them, in every field that names somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from tests.api.answers.test_names import custody, summaries
from tests.api.asking import FACTS, TALKS, fact

if TYPE_CHECKING:
    from tests.api.asking import Client

ELDER: Final = {"name": "Ann Example", "id": "list:17"}
YOUNGER: Final = {"name": "Ann Example", "id": "wikidata:Q42"}
HELD: Final[dict[str, Any]] = {"kind": "custody", "status": "detained", "valid": "2025-01-10/.."}


def shown(client: Client, *fields: str, match: str = "possible") -> list[tuple[Any, ...]]:
    """Some fields of each entry of custody."""
    entries = client.get(f"{TALKS}?match={match}").json["custody"]
    return [tuple(entry.get(field) for field in fields) for entry in entries]


def test_two_people_of_one_name_are_two_by_their_ids(client: Client) -> None:
    client.open()
    client.record(**HELD, person=ELDER, place="Minsk")
    client.record(**HELD, person=YOUNGER, place="Gomel")
    client.record(people=[YOUNGER], valid="2025-09-11")
    assert shown(client, "person", "person_id", "status", "certainty", "contested") == [
        ("Ann Example", "list:17", "detained", "certain", False),
        ("Ann Example", "wikidata:Q42", "free", "certain", False),
    ]
    record = client.get(f"{TALKS}/timeline").json["items"][0]["fact"]
    assert record["person"] == ELDER
    assert client.get(f"{TALKS}/state/custody?limit=1").json["items"][0]["person_id"] == "list:17"


def test_a_bare_name_that_two_ids_bear_is_nobodys_and_contests_both(client: Client) -> None:
    client.open()
    client.record(**HELD, person=ELDER)
    client.record(people=["ann example"], valid="2025-09-11")
    assert shown(client, "person_id", "status") == [("list:17", "free")]
    client.record(**HELD, person=YOUNGER)
    fields = ("person", "person_id", "ambiguous", "status", "certainty", "contested")
    ids = ["list:17", "wikidata:Q42"]
    assert shown(client, *fields) == [
        ("ann example", None, ids, "free", "certain", False),
        ("Ann Example", "list:17", None, "detained", "possible", True),
        ("Ann Example", "wikidata:Q42", None, "detained", "possible", True),
    ]
    rivals = [each["rivals"] for each in custody(client)[1:]]
    assert [each["summary"] for found in rivals for each in found] == [
        "Fifty-two prisoners freed"
    ] * 2
    assert shown(client, "person_id", "status", match="certain") == [(None, "free")]
    paged, page = [], client.get(f"{TALKS}/state/custody?limit=1").json
    while page["next"] is not None:
        paged += page["items"]
        page = client.get(f"{TALKS}/state/custody?cursor={page['next']}").json
    assert [*paged, *page["items"]] == custody(client)


def test_one_person_of_two_names_is_one_by_their_id(client: Client) -> None:
    client.open()
    client.record(**HELD, person={"name": "Ann Example", "id": "1"})
    client.record(people=[{"name": "Ann Other", "id": "1"}], valid="2025-09-11")
    assert shown(client, "person", "person_id", "status") == [("Ann Other", "1", "free")]
    for asked in ("Ann Example", "ann other", "1"):
        assert len(summaries(client, person=asked)) == 2
    assert len(summaries(client, q="ann")) == 2
    assert summaries(client, q="name id 1") == []


def test_people_of_one_name_without_ids_are_one_entry_that_is_contested(client: Client) -> None:
    client.open()
    facts = [client.record(**HELD, person="Ann Example", place=each) for each in ("Minsk", "Gomel")]
    fields = ("person", "person_id", "status", "contested")
    assert shown(client, *fields) == [("Ann Example", None, "detained", True)]
    assert shown(client, *fields, match="certain") == shown(client, *fields)
    freed = client.record(people=["Ann Example"], valid="2025-09-11", summary="the younger is free")
    client.record(people=["Ann Example"], valid="2025-09-12", matter="m", summary="so says AP")
    assert shown(client, *fields) == [("Ann Example", None, "free", True)]
    (entry,) = custody(client)
    held = [each.json["id"] for each in facts]
    assert [rival["id"] for rival in entry["rivals"]] == held
    assert client.get(f"{TALKS}/state/custody").json["items"] == [entry]
    (listed_,) = listed(client, "status=free")
    assert (listed_["contested"], listed(client, "status=held")) == (True, [])
    asked = client.post(f"{FACTS}?dry_run=true", fact(**HELD, person="Ann Example", place="Brest"))
    assert {rival["id"] for rival in asked.json["rivals"]} > set(held)
    ended = {"ended": "2025-06-01"}
    assert client.post(f"/v1/facts/{held[0]}/end", ended, if_match="*").status == 200
    assert shown(client, *fields) == [("Ann Example", None, "free", False)]
    assert freed.json["status"] == "recorded"


ONE: Final[dict[str, list[dict[str, Any]]]] = {
    "moved": [{"place": "Minsk"}, {"place": "Gomel", "valid": "2025-02-01/.."}],
    "moved that day": [{"place": "Minsk"}, {"place": "Gomel", "status": "transferred"}],
    "a prison of the town": [{"place": "Minsk"}, {"place": "KGB prison, MINSK"}],
    "two names of one town": [{"place": "Grodno"}, {"place": "Hrodna"}],
    "a matter says that they are one": [
        {"place": "Minsk", "matter": "m"},
        {"place": "Gomel", "matter": "m"},
    ],
    "a link says so": [
        {"place": "Minsk", "external_id": "A"},
        {"place": "Gomel", "links": [{"relation": "conflicts_with", "fact": "external:A"}]},
    ],
    "no place": [{"place": "Minsk"}, {}],
}


def test_one_person_who_is_said_to_be_in_several_places_is_one(client: Client) -> None:
    client.open()
    client.record(kind="alias", of="place", name="Grodno", same_as="Hrodna", valid="2025")
    for name, told in ONE.items():
        for each in told:
            client.record(**{**HELD, **each, "person": name})
        client.record(people=[name], valid="2025-09-11")
    found = {name: (status, contested) for name, status, contested in shown(client, *ENTRY)}
    assert found == dict.fromkeys(ONE, ("free", False))


ENTRY: Final = ("person", "status", "contested")


NAMING: Final[dict[str, dict[str, Any]]] = {
    "appointed_by": {"kind": "appointment", "person": "A", "post": "envoy"},
    "on_behalf_of": {"kind": "appointment", "person": "A", "post": "envoy"},
    "granted_by": {"kind": "pardon"},
    "by": {"kind": "proposal", "content": "c", "stage": "offered"},
    "to": {"kind": "proposal", "content": "c", "stage": "offered", "by": "B"},
    "asked": {"kind": "response", "answer": "declined"},
    "asked_by": {"kind": "response", "answer": "declined", "asked": "B"},
    "authority": {"kind": "measure", "target": "t", "action": "imposed", "stage": "in_force"},
    "target": {"kind": "measure", "authority": "B", "action": "imposed", "stage": "in_force"},
    "speaker": {"kind": "statement"},
    "counted_by": {"kind": "prisoner_count", "population": "prisoners"},
    "participants": {"kind": "meeting", "form": "talks", "stage": "held"},
    "people": {},
}


def test_a_person_is_found_in_every_field_that_names_somebody(client: Client) -> None:
    client.open()
    names = ["Ann Example", "ANN\u00a0EXAMPLE", {"name": "Ann Example", "id": "1"}]
    for field, own in NAMING.items():
        for name in names:
            listed = field in {"participants", "people"}
            client.record(**own, **{field: [name] if listed else name}, summary=field)
    found = summaries(client, person="ann example", limit="1000")
    assert sorted(found) == sorted([*NAMING, *NAMING, *NAMING])


def test_filters_and_search_follow_aliases_of_every_sort_both_ways(client: Client) -> None:
    client.open()
    asked: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "person": ({"people": ["Ann Example"]}, {"people": ["A. Example"]}),
        "place": ({"destination": "Vilnius"}, {"destination": "Wilno"}),
        "organisation": (
            {"kind": "statement", "speaker": "Viasna"},
            {"kind": "statement", "speaker": "Spring"},
        ),
        "population": ({"population": "political prisoners"}, {"population": "politicals"}),
        "post": (
            {"kind": "mission", "status": "open", "post": "Embassy in Minsk"},
            {"kind": "mission", "status": "open", "post": "US embassy"},
        ),
    }
    for of, facts in asked.items():
        spellings = [next(each for each in reversed(list(own.values()))) for own in facts]
        one, other = (
            spelling[0] if isinstance(spelling, list) else spelling for spelling in spellings
        )
        for own in facts:
            client.record(**own, summary=of, valid="2025-01")
        client.record(kind="alias", of=of, name=one, same_as=other, valid="2030", summary="alias")
        for spelling in (one, other):
            found = summaries(client, q=f'"{spelling}"', as_of="2026")
            assert found == [of, of], (spelling, found)
            if of in {"person", "place", "organisation"}:
                field = "place" if of == "place" else "person"
                assert summaries(client, **{field: spelling}, as_of="2026") == [of, of]


def test_a_name_is_text_or_a_name_with_an_id(client: Client) -> None:
    client.open()
    for wrong, pointer in (
        ({"name": "A"}, "/id"),
        ({"name": "A", "id": "1", "age": 3}, "/age"),
        ({"name": "A", "id": "x" * 256}, "/id"),
        ({"name": " ", "id": "1"}, "/name"),
        (5, ""),
    ):
        answer = client.post(FACTS, fact(**HELD, person=wrong, people=[wrong]))
        assert (answer.status, answer.pointers) == (
            422,
            [f"/people/0{pointer}", f"/person{pointer}"],
        )
    sent = fact(**HELD, person={"name": "A", "id": "x" * 255}, parties=[ELDER, "B"])
    assert client.post(FACTS, sent).json["fact"]["person"]["id"] == "x" * 255


def listed(client: Client, query: str = "", **headers: str) -> list[dict[str, Any]]:
    answer = client.get(f"{TALKS}/people?{query}", **headers)
    assert answer.status == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def recorded_people(client: Client) -> None:
    """Somebody held and freed, somebody held, two of one name, and two who only speak."""
    client.open()
    client.record(**HELD, person="Ivan Primerov", summary="Held")
    client.record(people=["ivan primerov"], valid="2025-09-11", summary="Freed")
    client.record(**HELD, person="Łukasz Nowak", summary="Also held")
    client.record(**{**HELD, "valid": "2025-02"}, person=ELDER)
    client.record(kind="statement", speaker="Иван Примеров", valid="2025-10", summary="He spoke")
    client.record(kind="statement", speaker="Lukasz Nowak", valid="2025-10")


def test_everyone_whom_a_fact_names_is_listed_with_what_became_of_them(client: Client) -> None:
    recorded_people(client)
    found = listed(client)
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
    recorded_people(client)

    def names(query: str) -> list[str]:
        return [each["name"] for each in listed(client, query)]

    assert names("status=held") == ["Ann Example", "Łukasz Nowak"]
    assert names("status=held&as_of=2025-03-01") == ["Ann Example", "Ivan Primerov", "Łukasz Nowak"]
    assert names("status=held&as_of=2025-01-11") == ["Ivan Primerov", "Łukasz Nowak"]
    assert names("status=free") == ["Ivan Primerov"]
    assert names("status=missing") == []
    assert names("q=primerov") == ["Ivan Primerov", "Иван Примеров"]
    assert names("q=nowak&status=detained") == ["Łukasz Nowak"]
    assert client.get(f"{TALKS}/people?status=gone").pointers == ["/query/status"]
    client.record(kind="alias", name="Иван Примеров", same_as="Ivan Primerov", valid="2025-12")
    assert listed(client, "q=ivan")[0]["spellings"] == [
        "Ivan Primerov",
        "ivan primerov",
        "Иван Примеров",
    ]


def test_one_person_is_asked_for_by_a_spelling_or_by_their_id(client: Client) -> None:
    recorded_people(client)
    client.record(people=[ELDER, YOUNGER, "Ann Example Junior"], valid="2025-09-11")
    client.record(kind="alias", name="Иван Примеров", same_as="Ivan Primerov", valid="2025-12")

    def found(person: str) -> list[tuple[str, str | None]]:
        return [(each["name"], each["id"]) for each in listed(client, f"person={quote(person)}")]

    assert found("Ivan Primerov") == found("Иван Примеров") == [("Ivan Primerov", None)]
    alike = [("Lukasz Nowak", None), ("Łukasz Nowak", None)]
    assert found("łukasz nowak") == found("LUKASZ NOWAK") == alike
    both = [("Ann Example", ELDER["id"]), ("Ann Example", YOUNGER["id"])]
    assert found("ann example")[-2:] == both
    assert found("list:17") == both[:1]
    assert found("Ann") == []
    assert listed(client, f"person={quote('Ann Example')}&status=held") == [
        each for each in listed(client, "status=held") if each["name"] == "Ann Example"
    ]


def test_people_are_given_in_pages_and_as_a_table(client: Client) -> None:
    recorded_people(client)
    everyone, paged, cursor = listed(client), [], ""
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
    bare, *others = listed(client)
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
    found = {each["name"]: each["known_to_be"] for each in listed(client)}
    people = dict.fromkeys(("Ada", "Ann Example", "Bo", "Tsikhanouskaya"), "person")
    assert found == {**people, "T": None, "White House": None}
    assert [each["external_id"] for each in listed(client, "status=held")] == ["BO"]
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
    (ann,) = listed(client, "as_of=2030")
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
    bare = listed(client, "limit=1")[0]
    assert (bare["id"], bare["ambiguous"]) == (None, ids[:100])
    assert bare["ambiguous_more"]["count"] == 150
    page = client.get(bare["ambiguous_more"]["href"]).json
    assert [item["id"] for item in page["items"]] == ids[:100]
    (entry,) = (each for each in custody(client) if each["person_id"] is None)
    assert (entry["ambiguous"], entry["ambiguous_more"]["count"]) == (ids[:100], 150)
    page = client.get(entry["ambiguous_more"]["href"]).json
    assert [item["person_id"] for item in page["items"]][:2] == ids[:2]
    rows = client.get(f"{TALKS}/people?limit=1", accept="text/csv").body.decode()
    assert "; 099; … and 50 more" in rows
    client.post(f"{TALKS}/snapshots", {"name": "whole"})
    kept = client.get(f"{TALKS}/snapshots/whole").json["content"]["custody"][0]
    assert (kept["ambiguous"], "ambiguous_more" in kept) == (ids, False)


def test_a_name_that_aliases_lead_to_two_people_is_neither_and_contests_both(
    client: Client,
) -> None:
    client.open()
    for person in ("Ann Primer", "Bea Sample"):
        client.record(**HELD, person=person)
    client.record(kind="alias", name="A. B.", same_as="Ann Primer", valid="2025-01-01")
    client.record(people=["a. b."], valid="2025-09-11")
    assert shown(client, "person", "status") == [("Ann Primer", "free"), ("Bea Sample", "detained")]
    rival = client.record(kind="alias", name="A. B.", same_as="Bea Sample", valid="2025-01-01")
    fields = ("person", "ambiguous", "status", "certainty", "contested")
    both = ["Ann Primer", "Bea Sample"]
    assert shown(client, *fields) == [
        ("a. b.", both, "free", "certain", False),
        ("Ann Primer", None, "detained", "possible", True),
        ("Bea Sample", None, "detained", "possible", True),
    ]
    assert shown(client, "person", match="certain") == [("a. b.",)]
    page = client.get(f"{TALKS}/state/custody?limit=1").json
    assert [item["ambiguous"] for item in page["items"]] == [both]
    people = client.get(f"{TALKS}/people").json["items"]
    why = "one of several to whom aliases of one name lead"
    hints = [[(hint["name"], hint["why"]) for hint in person["may_be"]] for person in people]
    assert [person["name"] for person in people] == ["A. B.", *both]
    assert hints == [[(name, why) for name in both], [("A. B.", why)], [("A. B.", why)]]
    assert people[0]["ambiguous"] == both
    items = client.get(f"{TALKS}/people?person=A.%20B.").json["items"]
    assert [each["name"] for each in items] == ["A. B.", *both]
    assert len(client.get(f"{TALKS}/timeline?person=Ann%20Primer").json["items"]) == 2
    path = f"/v1/facts/{rival.json['id']}/preference"
    assert client.post(path, {"preferred": True, "why": "it is she"}, if_match="*").status == 200
    assert shown(client, "person", "status") == [("Ann Primer", "detained"), ("Bea Sample", "free")]


def test_a_post_that_aliases_lead_to_two_posts_is_neither(client: Client) -> None:
    client.open()
    for post, person in (("Special Envoy", "John Coale"), ("Deputy Envoy", "Ann Example")):
        client.record(kind="appointment", post=post, person=person, valid="2025-01-10/..")
        client.record(kind="alias", of="post", name="Envoy", same_as=post, valid="2025-01-01")
    client.record(kind="appointment", post="Envoy", person="Bea Sample", valid="2025-02-10/..")
    posts = client.get(TALKS).json["posts"]
    assert [(e["post"], e["holder"], e["contested"], e.get("ambiguous")) for e in posts] == [
        ("Deputy Envoy", "Ann Example", True, None),
        ("Envoy", "Bea Sample", False, ["Deputy Envoy", "Special Envoy"]),
        ("Special Envoy", "John Coale", True, None),
    ]
