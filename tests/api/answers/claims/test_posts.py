"""A post shows who holds it and how certain that is, or that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from unicodedata import normalize

from tests.api.answers.claims.reports import Body, make_report

if TYPE_CHECKING:
    from tests.api.asking import Client


def post(person: str, valid: str, publisher: str = "Reuters", **fields: Any) -> Body:  # noqa: ANN401
    fields = {"published": "2025-01-01", **fields}
    return make_report("appointment", publisher, person=person, post="Envoy", valid=valid, **fields)


POSTS: Final[dict[str, tuple[str, list[Body], tuple[str | None, str, bool, str | None]]]] = {
    "an unknown end, long ago": (
        "2008",
        [post("A", "1885-04-29/"), post("B", "1890-01-01/1895-01-01")],
        (None, "unknown", False, "B"),
    ),
    "two lone dates": (
        "2022",
        [post("A", "2017-01-20"), post("B", "2021-01-20")],
        ("B", "certain", False, "A"),
    ),
    "a handover on one day": (
        "2021-01-20",
        [post("A", "../2021-01-20"), post("B", "2021-01-20/..")],
        ("B", "certain", False, None),
    ),
    "a handover within a day": (
        "2021-01-20T12:00:00Z",
        [post("A", "../2021-01-20"), post("B", "2021-01-20/..")],
        ("B", "possible", False, None),
    ),
    "the sure one, and one that may be": (
        "2024",
        [post("A", "2020-01-01/2025-12-31"), post("B", "2021-03-01/")],
        ("A", "certain", False, None),
    ),
    "an open end contests": (
        "2024",
        [post("A", "2020-01-01/.."), post("B", "2021-03-01/..")],
        ("B", "certain", True, None),
    ),
    "two that begin on one day": (
        "2024",
        [post("A", "2021-03-01"), post("B", "2021-03-01")],
        ("A", "certain", True, None),
    ),
    "two of unknown ends on one day": (
        "2024",
        [post("A", "2021-03-01/"), post("B", "2021-03-01/")],
        ("A", "possible", True, None),
    ),
    "a vague successor has not surely come": (
        "2021-06",
        [post("A", "2017-01-20"), post("B", "2021")],
        ("A", "certain", False, None),
    ),
    "a vague successor has come": (
        "2021",
        [post("A", "2017-01-20"), post("B", "2021")],
        ("B", "certain", False, "A"),
    ),
    "the most origins": (
        "2024",
        [
            post("A", "2021-03-01", "Reuters"),
            post("A", "2021-03-01", "AP"),
            post("B", "2021-03-01", "Blog", published="2025-05-01"),
        ],
        ("A", "certain", True, None),
    ),
    "one spelt alike": (
        "2024",
        [post("Jos\u00e9 A", "2021-03-01"), post("Jose\u0301 A", "2021-03-01", "AP")],
        ("Jos\u00e9 A", "certain", False, None),
    ),
}


def test_a_post_says_who_holds_it_and_when_nobody_knows(client: Client) -> None:
    found = {}
    for number, (name, (at, facts, _)) in enumerate(POSTS.items()):
        client.open(f"post-{number}")
        for fact in facts:
            assert client.post(f"/v1/negotiations/post-{number}/facts", fact).status == 201
        (entry,) = client.get(f"/v1/negotiations/post-{number}?as_of={at}").json["posts"]
        previous = entry["previous"] and entry["previous"]["holder"]
        holder = entry["holder"] and normalize("NFC", entry["holder"])
        found[name] = (holder, entry["certainty"], entry["contested"], previous)
        if name == "the sure one, and one that may be":
            assert [rival["valid"] for rival in entry["rivals"]] == ["2021-03-01/"]
        assert (entry["fact"] is None) == (entry["holder"] is None) == (entry["since"] is None)
        assert entry["post"] == "Envoy"
    assert found == {name: expected for name, (_, _, expected) in POSTS.items()}
