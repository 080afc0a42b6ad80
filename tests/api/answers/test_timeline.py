from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.asking import TALKS

if TYPE_CHECKING:
    from tests.api.asking import Answer, Client

pytestmark = pytest.mark.either_database

TIMELINE = f"{TALKS}/timeline"


def _names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.json
    return [item["fact"]["summary"] for item in answer.json["items"]]


def _record_facts(client: Client) -> None:
    client.open()
    client.record(summary="June", valid="2025-06-21", people=["Ihar Łosik"], places=["Minsk"])
    client.record(summary="February", valid="2025-02", matter="feb")
    client.record(summary="September", valid="2025-09-11", places=["Lithuania"])
    client.record(
        summary="Coale envoy", valid="2025-11-09", kind="appointment", person="Coale", post="envoy"
    )
    client.record(summary="Next year", valid="2026-12-31")


def test_without_as_of_it_is_all_of_valid_time(client: Client) -> None:
    _record_facts(client)
    assert _names(client.get(TIMELINE)) == [
        "February",
        "June",
        "September",
        "Coale envoy",
        "Next year",
    ]


def test_with_as_of_it_is_what_has_begun_by_then(client: Client) -> None:
    _record_facts(client)
    assert _names(client.get(f"{TIMELINE}?as_of=2025-06")) == ["February", "June"]
    assert _names(client.get(f"{TIMELINE}?as_of=2025-02-10&match=certain")) == []
    assert _names(client.get(f"{TIMELINE}?as_of=2025-02-10")) == ["February"]
    assert len(_names(client.get(f"{TIMELINE}?as_of=2025-06&include=ahead"))) == 5


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=appointment", ["Coale envoy"]),
        ("person=ihar+losik", ["June"]),
        ("person=IHAR+%C5%81osik", ["June"]),
        ("person=coale", ["Coale envoy"]),
        ("place=lithuania", ["September"]),
        ("matter=feb", ["February"]),
        ("matter=%20FEB", ["February"]),
        ("from=2025-06&to=2025-09-11", ["June", "September"]),
        ("from=2025-02-28T00:00:00Z&to=2025-02", ["February"]),
        ("to=2025-02", ["February"]),
        ("from=2026", ["Next year"]),
        ("q=september", ["September"]),
        ("q=envoy+coale&kind=appointment", ["Coale envoy"]),
        ("q=nobody", []),
    ],
)
def test_filters_keep_what_they_say(client: Client, query: str, found: list[str]) -> None:
    _record_facts(client)
    assert _names(client.get(f"{TIMELINE}?{query}")) == found


def test_retracted_facts_are_shown_only_on_request(client: Client) -> None:
    client.open()
    address = client.record(summary="False").headers["location"]
    body = {"reason": "source_retracted", "why": "The paper withdrew it"}
    client.post(f"{address}/retraction", body, if_match="1")
    assert _names(client.get(TIMELINE)) == []
    shown = client.get(f"{TIMELINE}?include=retracted").json["items"]
    assert shown[0]["status"] == "retracted"


def test_pages_follow_each_other_whatever_is_recorded_meanwhile(client: Client) -> None:
    _record_facts(client)
    whole = _names(client.get(TIMELINE))
    found: list[str] = []
    query = "limit=2"
    for page in range(3):
        answer = client.get(f"{TIMELINE}?{query}")
        found += _names(answer)
        client.record(summary=f"Meanwhile {page}", valid="2025-08")
        query = f"limit=2&cursor={answer.json['next']}"
    assert found == whole
    assert answer.json["next"] is None


def test_a_cursor_holds_its_whole_question(client: Client) -> None:
    _record_facts(client)
    first = client.get(f"{TIMELINE}?as_of=2025-11-22&place=Minsk&limit=1")
    assert first.json["next"] is None
    first = client.get(f"{TIMELINE}?as_of=2025-11-22&kind=release&limit=1")
    alone = client.get(f"{TIMELINE}?limit=9&cursor={first.json['next']}")
    assert _names(alone) == ["June", "September"]
    assert alone.json["perspective"] == first.json["perspective"]
    assert "max-age=600" in alone.headers["cache-control"]
    repeated = client.get(
        f"{TIMELINE}?as_of=2025-11-22&kind=release&limit=9&cursor={first.json['next']}"
    )
    assert repeated.json["items"] == alone.json["items"]
    other = client.get(f"{TIMELINE}?kind=pardon&cursor={first.json['next']}")
    assert other.status == 422
    assert other.pointers == ["/query/cursor"]


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x",
        "cursor=%C3%A9",
        "cursor=W3t9LHt9LFsxLDJdXQ",
        "cursor=W3t9LHt9LFsxLDIsMV1d9999",
        "cursor=W3t9LHsicG9zaXRpb24iOiI5OTk5OTkifSxbMSwyLDNdXQ",
        "cursor=W3t9LHt9LFsxZTk5OSwyLDNdXQ",
        "cursor=W3t9LHsiYXNfb2YiOiJ4In0sWzEsMiwzXV0",
    ],
)
def test_a_foreign_cursor_is_refused(light_client: Client, query: str) -> None:
    light_client.open()
    answer = light_client.get(f"{TIMELINE}?{query}")
    assert answer.status == 422
    assert answer.pointers[0] in {"/query/cursor", "/query/position"}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("kind=rumour", "/query/kind"),
        ("limit=0", "/query/limit"),
        ("limit=1001", "/query/limit"),
        ("limit=ten", "/query/limit"),
        ("include=everything", "/query/include"),
        ("from=2025-13", "/query/from"),
        ("to=soon", "/query/to"),
        ("q=%00", "/query/q"),
        ("q=", "/query/q"),
        ("person=" + "a" * 300, "/query/person"),
    ],
)
def test_a_bad_filter_is_pointed_at(light_client: Client, query: str, pointer: str) -> None:
    light_client.open()
    answer = light_client.get(f"{TIMELINE}?{query}")
    assert answer.status == 422
    assert answer.pointers == [pointer]
