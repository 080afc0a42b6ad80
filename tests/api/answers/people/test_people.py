"""Ids distinguish people of the same name, in every field that names somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from tests.api.answers.people.namesakes import ELDER, HELD, YOUNGER, list_people
from tests.api.answers.people.test_names import read_custody, summaries
from tests.api.asking import FACTS, TALKS, fact

if TYPE_CHECKING:
    from tests.api.asking import Client


def list_custody(client: Client, *fields: str, match: str = "possible") -> list[tuple[Any, ...]]:
    """Some fields of each entry of custody."""
    entries = client.get(f"{TALKS}?match={match}").json["custody"]
    return [tuple(entry.get(field) for field in fields) for entry in entries]


def test_two_people_of_one_name_are_two_by_their_ids(client: Client) -> None:
    client.open()
    client.record(**HELD, person=ELDER, place="Minsk")
    client.record(**HELD, person=YOUNGER, place="Gomel")
    client.record(people=[YOUNGER], valid="2025-09-11")
    assert list_custody(client, "person", "person_id", "status", "certainty", "contested") == [
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
    assert list_custody(client, "person_id", "status") == [("list:17", "free")]
    client.record(**HELD, person=YOUNGER)
    fields = ("person", "person_id", "ambiguous", "status", "certainty", "contested")
    ids = ["list:17", "wikidata:Q42"]
    assert list_custody(client, *fields) == [
        ("ann example", None, ids, "free", "certain", False),
        ("Ann Example", "list:17", None, "detained", "possible", True),
        ("Ann Example", "wikidata:Q42", None, "detained", "possible", True),
    ]
    rivals = [each["rivals"] for each in read_custody(client)[1:]]
    assert [each["summary"] for found in rivals for each in found] == [
        "Fifty-two prisoners freed"
    ] * 2
    assert list_custody(client, "person_id", "status", match="certain") == [(None, "free")]
    paged, page = [], client.get(f"{TALKS}/state/custody?limit=1").json
    while page["next"] is not None:
        paged += page["items"]
        page = client.get(f"{TALKS}/state/custody?cursor={page['next']}").json
    assert [*paged, *page["items"]] == read_custody(client)


def test_one_person_of_two_names_is_one_by_their_id(client: Client) -> None:
    client.open()
    client.record(**HELD, person={"name": "Ann Example", "id": "1"})
    client.record(people=[{"name": "Ann Other", "id": "1"}], valid="2025-09-11")
    assert list_custody(client, "person", "person_id", "status") == [("Ann Other", "1", "free")]
    for asked in ("Ann Example", "ann other", "1"):
        assert len(summaries(client, person=asked)) == 2
    assert len(summaries(client, q="ann")) == 2
    assert summaries(client, q="name id 1") == []


def test_people_of_one_name_without_ids_are_one_entry_that_is_contested(client: Client) -> None:
    client.open()
    facts = [client.record(**HELD, person="Ann Example", place=each) for each in ("Minsk", "Gomel")]
    fields = ("person", "person_id", "status", "contested")
    assert list_custody(client, *fields) == [("Ann Example", None, "detained", True)]
    assert list_custody(client, *fields, match="certain") == list_custody(client, *fields)
    freed = client.record(people=["Ann Example"], valid="2025-09-11", summary="the younger is free")
    client.record(people=["Ann Example"], valid="2025-09-12", matter="m", summary="so says AP")
    assert list_custody(client, *fields) == [("Ann Example", None, "free", True)]
    (entry,) = read_custody(client)
    held = [each.json["id"] for each in facts]
    assert [rival["id"] for rival in entry["rivals"]] == held
    assert client.get(f"{TALKS}/state/custody").json["items"] == [entry]
    (listed_,) = list_people(client, "status=free")
    assert (listed_["contested"], list_people(client, "status=held")) == (True, [])
    asked = client.post(f"{FACTS}?dry_run=true", fact(**HELD, person="Ann Example", place="Brest"))
    assert {rival["id"] for rival in asked.json["rivals"]} > set(held)
    ended = {"ended": "2025-06-01"}
    assert client.post(f"/v1/facts/{held[0]}/end", ended, if_match="*").status == 200
    assert list_custody(client, *fields) == [("Ann Example", None, "free", False)]
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
    found = {name: (status, contested) for name, status, contested in list_custody(client, *ENTRY)}
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
            list_people = field in {"participants", "people"}
            client.record(**own, **{field: [name] if list_people else name}, summary=field)
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


def test_a_name_that_aliases_lead_to_two_people_is_neither_and_contests_both(
    client: Client,
) -> None:
    client.open()
    for person in ("Ann Primer", "Bea Sample"):
        client.record(**HELD, person=person)
    client.record(kind="alias", name="A. B.", same_as="Ann Primer", valid="2025-01-01")
    client.record(people=["a. b."], valid="2025-09-11")
    assert list_custody(client, "person", "status") == [
        ("Ann Primer", "free"),
        ("Bea Sample", "detained"),
    ]
    rival = client.record(kind="alias", name="A. B.", same_as="Bea Sample", valid="2025-01-01")
    fields = ("person", "ambiguous", "status", "certainty", "contested")
    both = ["Ann Primer", "Bea Sample"]
    assert list_custody(client, *fields) == [
        ("a. b.", both, "free", "certain", False),
        ("Ann Primer", None, "detained", "possible", True),
        ("Bea Sample", None, "detained", "possible", True),
    ]
    assert list_custody(client, "person", match="certain") == [("a. b.",)]
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
    assert list_custody(client, "person", "status") == [
        ("Ann Primer", "detained"),
        ("Bea Sample", "free"),
    ]


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


def test_a_filter_by_an_id_follows_the_spellings_that_lead_to_it_and_no_others(
    client: Client,
) -> None:
    client.open()
    client.record(**HELD, person=ELDER, summary="The elder is held")
    client.record(**HELD, person=YOUNGER, summary="The younger is held")
    leads = {"kind": "alias", "valid": "2025", "summary": "alias"}
    client.record(**leads, name="A. Example", same_as=YOUNGER)
    client.record(**leads, name="Annie", same_as="A. Example")
    client.record(people=["annie"], valid="2025-09-11", summary="Annie is free")
    assert list_custody(client, "person_id", "status", "certainty", "contested") == [
        (ELDER["id"], "detained", "certain", False),
        (YOUNGER["id"], "free", "certain", False),
    ]
    found = ["The younger is held", "Annie is free"]
    for asked in (YOUNGER["id"], "a. example", "Annie"):
        told = summaries(client, person=asked)
        assert [each for each in told if each != "alias"] == found, asked
        assert [each["id"] for each in list_people(client, f"person={quote(asked)}")] == [
            YOUNGER["id"]
        ]
    assert "Annie is free" not in summaries(client, person=ELDER["id"])
