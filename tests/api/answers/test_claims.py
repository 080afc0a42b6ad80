"""No answer claims more than its sources: totals, rivals, posts and stages, as people met them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from unicodedata import normalize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.api.asking import Client


Body = dict[str, Any]
AT: Final = "2025-12-31"


def told(kind: str, publisher: str = "Reuters", **fields: Any) -> Body:  # noqa: ANN401 -- a fact's fields
    """A fact as it is sent, by one paper."""
    cited = {"publisher": publisher, "published": fields.pop("published", "2025-09-12")}
    said = {"summary": f"What {publisher} says", "citations": [cited]}
    return {"kind": kind, "valid": "2025-09-11", **said, **fields}


def tell_release(
    number: int | str | None = None,
    publisher: str = "Reuters",
    **fields: Any,  # noqa: ANN401
) -> Body:
    """A release of a number of people, in figures or in words."""
    if number is None:
        return told("release", publisher, **fields)
    said = {"value": number} if isinstance(number, int) else {"text": number}
    quantity = {"what": fields.pop("what", "released"), "basis": fields.pop("basis", None), **said}
    return told("release", publisher, quantities=[quantity], **fields)


VAGUE = {"what": "released", "basis": None}


def tie(relation: str, *facts: str) -> list[dict[str, str]]:
    return [{"relation": relation, "fact": f"external:{fact}"} for fact in facts]


def states(client: Client, cases: Mapping[str, list[Body]], at: str = AT) -> dict[str, Body]:
    """The state of each case, recorded in a negotiation of its own."""
    found = {}
    for number, (name, facts) in enumerate(cases.items()):
        slug = f"case-{number}"
        client.open(slug)
        for fact in facts:
            answer = client.post(f"/v1/negotiations/{slug}/facts", fact)
            assert answer.status == 201, (name, answer.json)
        match = "&match=certain" if "certain" in name else ""
        found[name] = client.get(f"/v1/negotiations/{slug}?as_of={at}{match}").json
    return found


SUMS: Final[dict[str, tuple[list[Body], tuple[int, int | None, str, bool, int]]]] = {
    "nothing": ([], (0, None, "nothing recorded", False, 0)),
    "no number": ([tell_release()], (0, None, "not counted", False, 1)),
    "names and no number": (
        [tell_release(people=["Ann Example", "Bob Example"])],
        (2, None, "at least 2", False, 0),
    ),
    "a name twice": (
        [
            tell_release(people=["Ann", "Bob"]),
            tell_release(people=["ANN", "Eve"], valid="2025-10-01"),
        ],
        (3, None, "at least 3", False, 0),
    ),
    "a name under two spellings": (
        [
            tell_release(people=["John Coale"]),
            tell_release(people=["John Cole"], valid="2025-10-01"),
            told("alias", name="John Cole", same_as="John Coale"),
        ],
        (1, None, "at least 1", False, 0),
    ),
    "a name with its id and without": (
        [
            tell_release(people=[{"name": "Ann", "id": "1"}]),
            tell_release(people=["Ann"], valid="2025-10-01"),
        ],
        (1, None, "at least 1", False, 0),
    ),
    "names on a day that is counted": (
        [tell_release(52), tell_release(people=["Ann"])],
        (52, None, "at least 52", False, 1),
    ),
    "a name of those counted, again on that day": (
        [tell_release(52, people=["Ann"]), tell_release(people=["Ann"])],
        (52, None, "at least 52", False, 1),
    ),
    "names, and a number of people who may be freed yet": (
        [tell_release(52, valid="2025/2026"), tell_release(people=["Ann"])],
        (1, None, "at least 1", False, 0),
    ),
    "names, also in a number of people who may be freed yet": (
        [tell_release(52, valid="2025/2026", people=["Ann"]), tell_release(people=["Ann", "Bob"])],
        (2, None, "at least 2", False, 0),
    ),
    "names on a day that is counted, tied": (
        [tell_release(52, matter="m"), tell_release(people=["Ann"], matter="m")],
        (52, 52, "52", False, 0),
    ),
    "a part on a day that is counted": (
        [tell_release(52), tell_release(3, what="women")],
        (52, 52, "52", False, 1),
    ),
    "another word for all, on a day that is counted": (
        [tell_release(52), tell_release(60, what="freed")],
        (52, None, "at least 52", False, 1),
    ),
    "people, on a day that is counted": (
        [tell_release(52), tell_release(60, what="released people")],
        (52, None, "at least 52", False, 1),
    ),
    "the population, on a day that is counted": (
        [
            tell_release(52),
            tell_release(60, what="Political prisoners", population="political prisoners"),
        ],
        (52, None, "at least 52", False, 1),
    ),
    "no number on a day that is counted": (
        [tell_release(52), tell_release(publisher="AP")],
        (52, None, "at least 52", False, 1),
    ),
    "fewer by the number than by the names": (
        [tell_release(1, people=["Ann", "Bob"])],
        (1, 2, "1 to 2", True, 0),
    ),
    "fewer by one report than another names": (
        [tell_release(1, matter="m"), tell_release(people=["Ann", "Bob", "Eve"], matter="m")],
        (1, 3, "1 to 3", True, 0),
    ),
    "names on another day": (
        [tell_release(52), tell_release(people=["Ann"], valid="2025-10-01")],
        (53, None, "at least 53", False, 0),
    ),
    "names that are all of those counted": (
        [tell_release(2, people=["Ann", "Bob"]), tell_release(people=["Ann", "Eve"])],
        (3, None, "at least 3", False, 0),
    ),
    "one fact that counts twice": (
        [
            told(
                "release",
                quantities=[{"what": "released", "value": 10}, {"what": "Released", "value": 12}],
            )
        ],
        (10, 12, "10 to 12", False, 0),
    ),
    "a number and no number": (
        [tell_release(52), tell_release(valid="2025-10-01")],
        (52, None, "at least 52", False, 1),
    ),
    "a cumulative figure alone": (
        [tell_release(40, basis="cumulative")],
        (40, None, "at least 40", False, 0),
    ),
    "so far, by its words": (
        [
            tell_release("1,000 so far", valid="2025-09-01"),
            tell_release("1,259 so far", valid="2025-10-01"),
        ],
        (1_259, None, "at least 1259", False, 0),
    ),
    "a counter that takes back": (
        [
            tell_release("at least 40", basis="cumulative"),
            tell_release("at least 30", basis="cumulative", valid="2025-10-01"),
        ],
        (30, None, "at least 30", False, 0),
    ),
    "counters that cannot both be right": (
        [
            tell_release(40, basis="cumulative"),
            tell_release(30, "AP", basis="cumulative", valid="2025-10-01"),
        ],
        (30, None, "at least 30", True, 0),
    ),
    "later figures of some, or of a shorter time": (
        [
            tell_release("1,000 so far", valid="2025-09-01"),
            tell_release("50 so far", "AP", population="women", valid="2025-10-01"),
            tell_release("52 since January", "AFP", valid="2025-10-01"),
            tell_release("20 since the summer", "Babel", valid="2025-10-02"),
            tell_release(30, "dpa", basis="cumulative", valid="2025-07/2025-11"),
        ],
        (1_000, None, "at least 1000", False, 0),
    ),
    "figures since one month that cannot both be right": (
        [
            tell_release("90 since January"),
            tell_release("52 since January", "AP", valid="2025-10-01"),
        ],
        (52, None, "at least 52", True, 0),
    ),
    "more women than all a month later": (
        [
            tell_release("100 so far", population="women"),
            tell_release("50 so far", "AP", valid="2025-10-01"),
            tell_release("20 so far", "AFP", population="foreigners", valid="2025-10-01"),
        ],
        (50, None, "at least 50", True, 0),
    ),
    "increments that reach more than a later figure": (
        [
            tell_release(52),
            tell_release(14, valid="2025-10-01"),
            tell_release("60 so far", "AP", valid="2025-11-05"),
        ],
        (60, None, "at least 60", True, 0),
    ),
    "increments after a figure": (
        [
            tell_release(52),
            tell_release("fewer than 50 so far", "AP", valid="2025-11-05"),
            tell_release(14, valid="2025-11-05"),
            tell_release(3, valid="2025-11"),
        ],
        (17, None, "at least 17", True, 0),
    ),
    "increments that a figure does not count": (
        [
            tell_release(52, valid="2024-09-11"),
            tell_release(14, population="women"),
            tell_release("10 since January", "AP", valid="2025-11-05"),
            tell_release(20, "AFP", basis="cumulative", valid="2025-01/2025-11-05"),
            tell_release("15 so far", "dpa", population="women", valid="2025-11-05"),
            tell_release("dozens so far", "Babel", valid="2025-11-05"),
            tell_release("about 40 so far", "BelTA", valid="2025-11-05"),
        ],
        (66, None, "at least 66", False, 0),
    ),
    "increments of some that reach more than a later figure of them": (
        [
            tell_release(52),
            tell_release(14, population="women"),
            tell_release("10 so far", "AP", population="women", valid="2025-11"),
        ],
        (62, None, "at least 62", True, 0),
    ),
    "increments that reach more than a figure of their time": (
        [
            tell_release(52, valid="2024-09-11"),
            tell_release(14),
            tell_release(10, "AP", basis="cumulative", valid="2025-01/2025-11"),
        ],
        (62, None, "at least 62", True, 0),
    ),
    "increments that reach less": (
        [
            tell_release(50),
            tell_release(30, valid="2025-10-01"),
            tell_release(100, basis="cumulative", valid="2025-10"),
        ],
        (100, None, "at least 100", False, 0),
    ),
    "increments and waves since January": (
        [tell_release(52), tell_release("dozens", basis="cumulative", valid="2025-01/2025-11")],
        (52, None, "at least 52", False, 0),
    ),
    "a capital": ([tell_release(52, what="Released")], (52, 52, "52", False, 0)),
    "one question, three claims": (
        [
            tell_release(52, "Reuters", matter="m"),
            tell_release(50, "Babel", matter="m"),
            tell_release("dozens", "Blog", matter="m"),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "three agencies and one": (
        [
            *(tell_release(52, each, matter="m") for each in ("Reuters", "AP", "AFP")),
            tell_release(50, "Babel", matter="m", published="2025-09-13"),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "three who differ by one each": (
        [
            tell_release(51, "AP", matter="m"),
            tell_release(50, matter="m"),
            tell_release(52, "AFP", matter="m"),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "every day of a month, and a figure that is higher": (
        [
            *(tell_release(269, valid=f"2025-09-{day:02}") for day in range(1, 31)),
            tell_release(8_393, basis="cumulative", valid="2025-09-30"),
        ],
        (8_393, None, "at least 8393", False, 0),
    ),
    "three say less sharply": (
        [
            *(tell_release("at least 50", each, matter="m") for each in ("Reuters", "AP", "AFP")),
            tell_release(5_000, "Blog", matter="m"),
        ],
        (50, None, "at least 50", False, 0),
    ),
    "a round-up": (
        [
            tell_release(14, valid="2025-06-21", matter="a", external_id="A"),
            tell_release(52, matter="b", external_id="B"),
            tell_release(66, "AP", valid="2025-09-12", links=tie("confirms", "A", "B")),
        ],
        (66, 66, "66", False, 0),
    ),
    "a round-up of facts without a matter": (
        [
            tell_release(14, valid="2025-06-21", external_id="A"),
            tell_release(52, external_id="B"),
            tell_release(66, "AP", valid="2025-09-12", links=tie("confirms", "A", "B")),
            tell_release(66, "AFP", valid="2025-09-12", links=tie("confirms", "A", "B")),
        ],
        (66, 66, "66", False, 0),
    ),
    "two outlets tied": (
        [tell_release(52, external_id="A"), tell_release(52, "AP", links=tie("confirms", "A"))],
        (52, 52, "52", False, 0),
    ),
    "two outlets tied to what is only possible, certain": (
        [
            tell_release(valid="[2025-12-10..2025-12-20]", external_id="A"),
            *(
                tell_release(12, each, valid="2025-12-10", links=tie("confirms", "A"))
                for each in ("AP", "AFP")
            ),
        ],
        (12, None, "at least 12", False, 0),
    ),
    "two outlets that conflict": (
        [
            tell_release(52, external_id="A"),
            tell_release(50, "AP", links=tie("conflicts_with", "A")),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "a link forward": (
        [
            tell_release(50, "AP", links=tie("conflicts_with", "A")),
            tell_release(52, external_id="A"),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "two matters tied": (
        [
            tell_release(52, matter="a", external_id="A"),
            tell_release(50, "AP", matter="b", links=tie("conflicts_with", "A")),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "two matters tied both ways": (
        [
            tell_release(52, matter="a", external_id="A", links=tie("confirms", "B")),
            tell_release(52, "AP", matter="b", external_id="B", links=tie("confirms", "A")),
        ],
        (52, 52, "52", False, 0),
    ),
    "a part of it": (
        [
            tell_release(52, matter="a", external_id="A", population="political prisoners"),
            tell_release(14, matter="a", population="foreigners", links=tie("refines", "A")),
        ],
        (52, 52, "52", False, 0),
    ),
    "about fifty, and three": (
        [tell_release("about 50"), tell_release(3, valid="2025-10-01")],
        (3, None, "at least 3, and about 50", False, 0),
    ),
    "about fifty by one, about fifty-two by another": (
        [
            tell_release("about 50", matter="m"),
            tell_release("about 52", "AP", matter="m"),
            tell_release("about 7", "B"),
        ],
        (0, None, "about 57 to 59", False, 0),
    ),
    "about fifty by one, two thousand by another": (
        [tell_release("about 50", matter="m"), tell_release(2000, "AP", matter="m")],
        (0, None, "about 50 to 2000", True, 0),
    ),
    "about fifty by one, under twenty by another": (
        [tell_release("about 50", matter="m"), tell_release("under 20", "AP", matter="m")],
        (0, None, "up to about 50", True, 0),
    ),
    "about fifty by one, about a thousand by another": (
        [tell_release("about 50", matter="m"), tell_release("about 1,000", "AP", matter="m")],
        (0, None, "about 50 to 1000", True, 0),
    ),
    "about fifty by one, forty by another": (
        [tell_release("about 50", matter="m"), tell_release(40, "AP", matter="m")],
        (40, 40, "40", False, 0),
    ),
    "about fifty by one, forty by another, which a link disputes": (
        [
            tell_release("about 50", external_id="A"),
            tell_release(40, "AP", links=tie("conflicts_with", "A")),
        ],
        (0, None, "about 40 to 50", True, 0),
    ),
    "about dozens": (
        [
            tell_release(
                quantities=[{**VAGUE, "comparator": "approx", "text": "dozens of busloads"}]
            ),
            tell_release(3, valid="2025-10-01"),
        ],
        (3, None, "at least 3, and about 24 or more", False, 0),
    ),
    "about fifty": ([tell_release("about 50")], (0, None, "about 50", False, 0)),
    "about fifty by one, at least a hundred and twenty by another": (
        [tell_release("about 50", matter="m"), tell_release("at least 120", "AP", matter="m")],
        (0, None, "about 50 or more", True, 0),
    ),
    "about fifty by one, and others with no end on either side": (
        [
            tell_release("about 50", matter="m"),
            tell_release("up to 10", "AP", matter="m"),
            tell_release("at least 120", "B", matter="m"),
        ],
        (0, None, "at least 0", True, 0),
    ),
    "about fifty to sixty by one, three hundred by another": (
        [tell_release("about 50 to 60", matter="m"), tell_release(300, "AP", matter="m")],
        (0, None, "about 50 to 300", True, 0),
    ),
    "one name, written in several ways": (
        [
            tell_release(people=["Łukasz Nowak"]),
            tell_release(people=["Nowak, Lukasz"], valid="2025-10-01"),
            tell_release(people=["Лукаш Новак", "Ann Example"], valid="2025-10-02"),
        ],
        (3, None, "at least 3", False, 0),
    ),
    "names that differ only in accents, in one list and with ids": (
        [
            tell_release(people=["Łukasz Nowak", "Lukasz Nowak"]),
            tell_release(people=[{"name": "Jose Roe", "id": "1"}], valid="2025-10-01"),
            tell_release(people=[{"name": "José Roe", "id": "2"}], valid="2025-10-02"),
            tell_release(people=["Roe, Jose"], valid="2025-10-03"),
        ],
        (4, None, "at least 4", False, 0),
    ),
    "one matter, written in several ways": (
        [
            tell_release(52, matter="sep11-count"),
            tell_release(52, "AP", matter="Sep11-Count "),
            tell_release(52, "AFP", matter="sep11\u2010count"),
        ],
        (52, 52, "52", False, 0),
    ),
    "fifty-two, and at least fifty, which a link disputes": (
        [
            tell_release(52, external_id="A"),
            tell_release("at least 50", "AP", links=tie("conflicts_with", "A")),
        ],
        (50, None, "at least 50", True, 0),
    ),
    "fifty-two and fifty, which a link disputes, and dozens": (
        [
            tell_release(52, external_id="A", matter="m"),
            tell_release(50, "AP", matter="m", links=tie("conflicts_with", "A")),
            tell_release("dozens", "Babel", matter="m"),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "up to about twenty, and at least about fifty": (
        [tell_release("up to about 20"), tell_release("at least about 50", valid="2025-10-01")],
        (0, None, "about 50 or more", False, 0),
    ),
    "up to about twenty, and about fifty": (
        [tell_release("up to about 20"), tell_release("about 50", valid="2025-10-01")],
        (0, None, "about 50 to 70", False, 0),
    ),
    "at least about fifty by one, three hundred by another": (
        [
            tell_release("at least about 50", matter="m"),
            tell_release(300, "AP", matter="m"),
        ],
        (300, 300, "300", False, 0),
    ),
    "about fifty, some day this month": (
        [tell_release("about 50", valid="2025-12"), tell_release(3, valid="2025-10-01")],
        (3, None, "at least 3, and up to about 50", False, 0),
    ),
    "about fifty, and a figure that may count them": (
        [tell_release("about 50"), tell_release("160 so far", valid="2025-11")],
        (160, None, "at least 160, which may include about 50", False, 0),
    ),
    "fifty, of which about a hundred and sixty are foreigners": (
        [
            tell_release(50, external_id="A"),
            tell_release("about 160", "AP", population="foreigners", links=tie("refines", "A")),
        ],
        (0, None, "about 50 to 160", True, 0),
    ),
    "a release without a number, of which about a hundred and sixty are foreigners": (
        [
            tell_release(external_id="A"),
            tell_release("about 160", "AP", population="foreigners", links=tie("refines", "A")),
        ],
        (0, None, "about 160 or more", False, 1),
    ),
    "fifty and sixty, and a round-up of about four hundred": (
        [
            tell_release(50, external_id="A", matter="a"),
            tell_release(60, "AP", external_id="B", matter="b"),
            tell_release("about 400", "B", links=[*tie("confirms", "A"), *tie("confirms", "B")]),
        ],
        (110, None, "at least 110, and up to about 400", False, 0),
    ),
    "certain: one day in September": (
        [tell_release(52, valid="2025-12")],
        (0, None, "at least 0", False, 0),
    ),
    "possible: one day in September": (
        [tell_release(52, valid="2025-12"), tell_release(3)],
        (3, 55, "3 to 55", False, 0),
    ),
    "at least 40 so far by one, at most 30 by another": (
        [
            tell_release("at least 40", basis="cumulative"),
            tell_release("at most 30", "AP", basis="cumulative"),
        ],
        (0, None, "at least 0", True, 0),
    ),
    "100 so far, and later 20 to 30": (
        [
            tell_release(100, basis="cumulative"),
            tell_release("20 to 30", "AP", basis="cumulative", valid="2025-10-01"),
        ],
        (20, None, "at least 20", True, 0),
    ),
    "20 so far, and later at most 30": (
        [
            tell_release(20, basis="cumulative"),
            tell_release("at most 30", "AP", basis="cumulative", valid="2025-10-01"),
        ],
        (20, None, "at least 20", False, 0),
    ),
    "possible: a release that ends nobody knows when": (
        [tell_release(52, valid="2025-09-11/"), tell_release(3)],
        (3, 55, "3 to 55", False, 0),
    ),
    "possible: a release that goes on": (
        [tell_release(52, valid="2025-09-11/.."), tell_release(3)],
        (3, 55, "3 to 55", False, 0),
    ),
    "possible: names of a release that goes on": (
        [
            tell_release(people=["Ann", "Bob"], valid="2025-09-11/.."),
            tell_release(3, valid="2025-03"),
        ],
        (3, None, "at least 3", False, 0),
    ),
    "possible: a release that has not begun": (
        [tell_release(52, valid="2026-01-01/.."), tell_release(3)],
        (3, 3, "3", False, 0),
    ),
    "a release that began nobody knows when, and is over": (
        [tell_release(52, valid="/2025-09-11"), tell_release(3)],
        (55, 55, "55", False, 0),
    ),
    "possible: so far, of a time that goes on": (
        [tell_release(100, basis="cumulative", valid="2025-01/.."), tell_release(3)],
        (3, None, "at least 3", False, 0),
    ),
    "possible: a summer of no hemisphere": (
        [tell_release(52, valid="2025-22")],
        (0, 52, "0 to 52", False, 0),
    ),
    "a bare name that two of those counted bear": (
        [
            tell_release(people=[{"name": "Ann", "id": "1"}, {"name": "Ann", "id": "2"}]),
            tell_release(people=["Ann"], valid="2025-10-01"),
        ],
        (2, None, "at least 2", False, 0),
    ),
    **{
        f"{match}: 27, and 26 some day in 2025": (
            [tell_release(27, matter="m"), tell_release(26, "AP", valid="2025", matter="m")],
            (26, high, text, True, 0),
        )
        for match, high, text in (("possible", 27, "26 to 27"), ("certain", None, "at least 26"))
    },
    **{
        f"{match}: at least 26, and 27 in what may go on since another day": (
            [
                tell_release("at least 26", matter="m", valid="2025-09-12"),
                tell_release(27, "AP", valid="2025-09-11/", matter="m"),
            ],
            (26, high, text, True, 0),
        )
        for match, high, text in (("possible", 27, "26 to 27"), ("certain", None, "at least 26"))
    },
    **{
        f"{match}: names, and a number some day in 2025 of the same": (
            [
                tell_release(people=["Ann", "Bob"], matter="m"),
                tell_release(52, "AP", valid="2025", matter="m"),
            ],
            (2, None, "at least 2", False, 0),
        )
        for match in ("possible", "certain")
    },
    "two who bear a bare name that was counted": (
        [
            tell_release(people=["Ann"], valid="2025-06-01"),
            tell_release(people=[{"name": "Ann", "id": "1"}]),
            tell_release(people=[{"name": "Ann", "id": "2"}], valid="2025-10-01"),
        ],
        (2, None, "at least 2", False, 0),
    ),
    "a part that was counted too": (
        [tell_release(3, what="women"), tell_release(52, valid="2025-10-01")],
        (52, None, "at least 52", False, 1),
    ),
}


def test_a_total_is_as_sharp_as_what_was_said(client: Client) -> None:
    cases = {name: facts for name, (facts, _) in SUMS.items()}
    found = {
        name: state["prisoners"]["released"]
        for name, state in states(client, cases, "2025-12-15").items()
    }
    said = {
        name: (*(each[k] for k in ("low", "high", "text", "contested")), len(each["uncounted"]))
        for name, each in found.items()
    }
    assert said == {name: expected for name, (_, expected) in SUMS.items()}
    shown = {name: each["parts"][0]["quantity"] for name, each in found.items() if each["parts"]}
    assert shown["one question, three claims"]["value"] in (50, 52)
    assert shown["three agencies and one"]["value"] == 52
    assert shown["three say less sharply"]["text"] == "at least 50"
    waves = found["increments and waves since January"]["cumulative"]
    assert [wave["quantity"]["text"] for wave in waves] == ["dozens"]
    higher = found["every day of a month, and a figure that is higher"]
    assert [each["quantity"]["value"] for each in higher["cumulative"]] == [8_393]
    assert [part["quantity"]["value"] for part in higher["parts"]] == [269] * 30
    (less,) = found["three say less sharply"]["parts"]
    assert {rival["citations"][0]["publisher"] for rival in less["rivals"]} > {"Blog"}


def post(person: str, valid: str, publisher: str = "Reuters", **fields: Any) -> Body:  # noqa: ANN401
    fields = {"published": "2025-01-01", **fields}
    return told("appointment", publisher, person=person, post="Envoy", valid=valid, **fields)


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


def test_a_tally_follows_aliases_and_ids_of_what_it_is_split_by(client: Client) -> None:
    client.open("talks")
    viasna = {"name": "Viasna", "id": "wikidata:Q2"}
    counted: Body = {"population": "political prisoners", "counted_by": viasna}
    held = [{"what": "held", "value": 1_200}]
    alias = told("alias", name="politzeki", same_as="political prisoners", of="population")
    namesake = {**counted, "counted_by": {**viasna, "id": "wikidata:Q3"}}
    for each in (
        tell_release(52, population="political prisoners"),
        tell_release(14, population="Politzeki", valid="2025-06-21"),
        alias,
        told("prisoner_count", quantities=held, **counted),
        told("prisoner_count", quantities=held, **namesake),
        told("prisoner_count", quantities=held, **{**counted, "counted_by": "Amnesty"}),
    ):
        assert client.post("/v1/negotiations/talks/facts", each).status == 201
    asked = "/v1/negotiations/talks/tally?as_of=2025-12-31"
    (total,) = client.get(f"{asked}&what=released&per=population").json["totals"]
    assert (total["population"], total["low"]) == ("political prisoners", 66)
    for question in ("what=held", "count=facts&kind=prisoner_count&per=counted_by"):
        points: list[Body] = []
        answer = client.get(f"{asked}&{question}&limit=1").json
        while answer["next"]:
            points += answer["points"]
            answer = client.get(f"/v1/negotiations/talks/tally?cursor={answer['next']}").json
        points += answer["points"]
        counters = [(point["counted_by"], point.get("counted_by_id")) for point in points]
        assert counters == [
            ("Amnesty", None),
            ("Viasna", "wikidata:Q2"),
            ("Viasna", "wikidata:Q3"),
        ]


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


def measure(action: str, stage: str, valid: str, **fields: Any) -> Body:  # noqa: ANN401
    return told(
        "measure",
        authority="US",
        target="Potash",
        action=action,
        stage=stage,
        valid=valid,
        **fields,
    )


def test_talk_of_easing_does_not_lift_a_sanction(client: Client) -> None:
    imposed = measure("imposed", "in_force", "2021-08", external_id="I")
    discussed = measure("eased", "discussed", "2025-09", external_id="D")
    announced = measure("eased", "announced", "2025-10-01")
    lifted = measure("lifted", "discussed", "2025-09-20")
    eased = measure("eased", "in_force", "2025-11-01")
    carried_out = {**eased, "valid": "2025-09", "links": tie("executes", "D")}
    cases = {
        "talk": [imposed, discussed],
        "further talk": [imposed, discussed, announced, lifted],
        "talk alone": [discussed],
        "in force after": [imposed, discussed, eased],
        "carried out": [imposed, discussed, carried_out],
    }
    found = {}
    for name, state in states(client, cases).items():
        (entry,) = state["measures"]
        outlook = [(each["action"], each["stage"]) for each in entry["outlook"]]
        found[name] = (entry["action"], entry["stage"], entry["since"], outlook)
        assert not entry["contested"]
    assert found == {
        "talk": ("imposed", "in_force", "2021-08", [("eased", "discussed")]),
        "further talk": (
            *("imposed", "in_force", "2021-08"),
            [("eased", "announced"), ("lifted", "discussed")],
        ),
        "talk alone": ("eased", "discussed", "2025-09", []),
        "in force after": ("eased", "in_force", "2025-11-01", []),
        "carried out": ("eased", "in_force", "2025-09", []),
    }


def agreement(stage: str, valid: str, **fields: Any) -> Body:  # noqa: ANN401 -- a fact's fields
    return told(
        "agreement", title="Ceasefire", form="ceasefire", stage=stage, valid=valid, **fields
    )


def test_talks_on_an_agreement_do_not_hide_that_it_is_in_force(client: Client) -> None:
    in_force = agreement("in_force", "2024-11-27", matter="truce")
    extended = agreement("negotiated", "2025-02-10", matter="truce", external_id="T")
    initialled = agreement("initialled", "2025-03", matter="truce")
    signed = agreement("signed", "2025-04-01", matter="truce")
    carried_out = agreement("in_force", "2025-02-01", matter="truce", links=tie("executes", "T"))
    cases = {
        "talks": [in_force, extended],
        "further talks": [in_force, extended, initialled],
        "talks alone": [extended, initialled],
        "signed after": [in_force, extended, initialled, signed],
        "carried out": [extended, carried_out],
        "ended before": [agreement("ended", "2024", matter="truce"), extended],
        "without a matter": [agreement("suspended", "2024"), agreement("negotiated", "2025")],
    }
    found = {}
    for name, state in states(client, cases).items():
        (entry,) = state["agreements"]
        outlook = [(each["stage"], each["since"]) for each in entry["outlook"]]
        found[name] = (entry["stage"], entry["since"], outlook)
        assert not entry["contested"]
    assert found == {
        "talks": ("in_force", "2024-11-27", [("negotiated", "2025-02-10")]),
        "further talks": ("in_force", "2024-11-27", [("initialled", "2025-03")]),
        "talks alone": ("initialled", "2025-03", []),
        "signed after": ("signed", "2025-04-01", []),
        "carried out": ("in_force", "2025-02-01", []),
        "ended before": ("ended", "2024", [("negotiated", "2025-02-10")]),
        "without a matter": ("suspended", "2024", [("negotiated", "2025")]),
    }


def test_a_question_is_asked_until_it_is_surely_answered(client: Client) -> None:
    asked = told("open_question", question="When?", valid="2025-09-01", external_id="Q")
    answered = told("statement", speaker="S", links=tie("answers", "Q"))
    cases = {
        "nobody answered": [asked],
        "answered": [asked, answered],
        "perhaps answered by then": [asked, {**answered, "valid": "2025-12"}],
        "certain: perhaps answered by then": [asked, {**answered, "valid": "2025-12"}],
        "answered later": [asked, {**answered, "valid": "2026"}],
    }
    assert {
        name: [open_question["certainty"] for open_question in state["open_questions"]]
        for name, state in states(client, cases, "2025-12-15").items()
    } == {
        "nobody answered": ["certain"],
        "answered": [],
        "perhaps answered by then": ["possible"],
        "certain: perhaps answered by then": [],
        "answered later": ["certain"],
    }


def test_talk_is_talk_until_it_is_surely_carried_out(client: Client) -> None:
    imposed = measure("imposed", "in_force", "2021-08")
    talk = measure("lifted", "announced", "2025-11-01", external_id="D")
    lifted = measure("lifted", "in_force", "2025-12", links=tie("executes", "D"))
    (entry,) = states(client, {"": [imposed, talk, lifted]}, "2025-12-15")[""]["measures"]
    assert (entry["action"], entry["certainty"], entry["contested"]) == (
        "imposed",
        "certain",
        False,
    )
    assert [each["stage"] for each in entry["outlook"]] == ["announced"]


def test_a_pardon_frees_nobody_and_a_release_ends_every_custody(client: Client) -> None:
    held = told("custody", person="Ann", status="sentenced", valid="2021-05-01/2028-05-01")
    pardon = told("pardon", granted_by="President", people=["Ann"], valid="2025-11-22")
    release = told("release", people=["Ann"], valid="2025-11-23")
    again = told("custody", person="Ann", status="detained", valid="2025-12-01/..")
    cases = {
        "pardoned": [held, pardon],
        "free": [held, pardon, release],
        "held again": [held, pardon, release, again],
        "a pardon alone": [pardon],
    }
    found = {}
    for name, state in states(client, cases).items():
        (entry,) = state["custody"]
        pardoned = entry["pardoned"] and entry["pardoned"]["valid"]
        found[name] = (entry["status"], entry["certainty"], entry["contested"], pardoned)
    assert found == {
        "pardoned": ("sentenced", "certain", False, "2025-11-22"),
        "free": ("free", "certain", False, "2025-11-22"),
        "held again": ("detained", "certain", False, None),
        "a pardon alone": ("pardoned", "certain", False, "2025-11-22"),
    }


def test_statements_of_one_name_by_different_parties_are_different_proposals(
    client: Client,
) -> None:
    agreed = [
        told("proposal", by=f"Party {number}", content="Joint Statement", stage="agreed")
        for number in range(8)
    ]
    of_one_matter = [
        told("proposal", by=by, content=content, stage=stage, matter="embassy", valid=valid)
        for by, content, stage, valid in (
            ("US", "reopen the embassy", "mooted", "2025-09-11"),
            ("United States", "an embassy in Minsk", "offered", "2025-10-01"),
        )
    ]
    by_name = states(client, {"many": agreed, "one": of_one_matter})
    assert len(by_name["many"]["proposals"]) == 8
    assert not any(proposal["contested"] for proposal in by_name["many"]["proposals"])
    assert [proposal["stage"] for proposal in by_name["one"]["proposals"]] == ["offered"]


def test_a_fact_much_like_another_is_said_to_be_so_when_it_is_recorded(client: Client) -> None:
    client.open("talks")
    sent = "/v1/negotiations/talks/facts"
    first = client.post(sent, tell_release(52, "Reuters", population="prisoners", matter="a"))
    assert "similar" not in first.json
    again = client.post(sent, tell_release(52, "AP", population="Prisoners", valid="2025-09"))
    assert again.json["similar"] == [first.json["id"]]
    read = client.get(again.headers["location"])
    assert "similar" not in read.json
    assert read.headers["etag"].partition("-")[0] == again.headers["etag"].partition("-")[0]
    for other in (
        tell_release(52, "AP", valid="2025-10-13"),
        tell_release(51, "AP", population="prisoners", valid="2025-09"),
        tell_release(52, "AP", population="soldiers"),
        tell_release(
            *(52, "AP"),
            population="prisoners",
            matter="a",
            links=[{"relation": "confirms", "fact": again.json["id"]}],
        ),
    ):
        assert "similar" not in client.post(sent, other).json, other
    assert client.post(sent, tell_release(51, "AP")).json["similar"][0] == first.json["id"]
    held = told("custody", person="Ann", status="detained")
    assert "similar" not in client.post(sent, held).json
    assert len(client.post(sent, {**held, "status": "sentenced"}).json["similar"]) == 1
    for number in range(12):
        last = client.post(sent, tell_release(9, f"Paper {number}", valid="2025-01-01"))
    assert (len(last.json["similar"]), last.json["similar_more"]) == (10, 11)


def test_another_number_of_the_same_day_may_be_another_account(client: Client) -> None:
    client.open("talks")
    sent = "/v1/negotiations/talks/facts"
    first = client.post(sent, tell_release(43, matter=None))
    asked = tell_release(41, "AP", matter=None)
    for url in (f"{sent}?dry_run=true", sent):
        assert client.post(url, asked).json["similar"] == [first.json["id"]]
    assert "similar" not in client.post(sent, tell_release(41, valid="2025-09-12")).json
    total = client.get("/v1/negotiations/talks?as_of=2025-12-31").json["prisoners"]["released"]
    assert (total["low"], total["high"]) == (125, 125)


def test_the_answer_that_an_idempotency_key_repeats_names_what_was_alike_then(
    client: Client,
) -> None:
    client.open("talks")
    sent = "/v1/negotiations/talks/facts"
    first = client.post(sent, tell_release(52), idempotency_key="one")
    client.post(sent, tell_release(52, "AP"))
    assert client.post(sent, tell_release(52), idempotency_key="one").body == first.body


def test_what_should_be_looked_at_is_noticed_when_it_is_recorded_and_imported(
    client: Client,
) -> None:
    client.open("talks")
    sent = tell_release(52, valid="2024-25", people=["Ann Example|Bob Example"])
    recorded = client.post("/v1/negotiations/talks/facts", sent)
    assert [notice["pointer"] for notice in recorded.json["notices"]] == ["/valid", "/people/0"]
    assert "2024/2025" in recorded.json["notices"][0]["detail"]
    assert "notices" not in client.get(recorded.headers["location"]).json
    lines = "\n".join(
        json.dumps(each)
        for each in (tell_release(3, external_id="A"), {**sent, "external_id": "B"})
    )
    report = client.post(
        "/v1/negotiations/talks/import", lines.encode(), content_type="application/x-ndjson"
    )
    noticed = [(notice["line"], notice["pointer"]) for notice in report.json["notices"]]
    assert noticed == [(2, "/valid"), (2, "/people/0")]
    again = client.post(
        "/v1/negotiations/talks/import", lines.encode(), content_type="application/x-ndjson"
    )
    assert "notices" not in again.json


def test_an_edited_file_corrects_what_stands_where_it_is_asked_to(client: Client) -> None:
    client.open("talks")
    sent, media = "/v1/negotiations/talks/import", {"content_type": "application/x-ndjson"}
    line = tell_release(52, external_id="A")
    client.post(sent, json.dumps(line).encode(), **media)
    edited = json.dumps({**line, "population": "prisoners"}).encode()
    refused = client.post(sent, edited, **media).json["rejected"][0]["detail"]
    assert "import it with update, reason and why (--update --reason --why)" in refused
    for query, at in (
        ("update=true", ["/query/reason"]),
        ("update=true&reason=coding_error", ["/query/why"]),
        ("update=true&reason=because&why=so", ["/query/reason"]),
        ("why=so", ["/query/why"]),
    ):
        answer = client.post(f"{sent}?{query}", edited, **media)
        assert (answer.status, answer.pointers) == (422, at)
    asked = f"{sent}?update=true&reason=refinement&why=the+master+file"
    assert client.post(asked, edited, **media).json["corrected"] == 1
    (entry,) = client.get("/v1/negotiations/talks/audit").json["items"]
    assert (entry["reason"], entry["why"]) == ("refinement", "the master file")
    told = client.post(sent, json.dumps(line).encode(), **media).json["superseded"]
    assert [(fact["line"], fact["version"]) for fact in told] == [(1, 2)]


def test_the_day_of_a_report_that_says_still_is_not_given_as_the_beginning(client: Client) -> None:
    client.open()
    for each in (
        told("custody", person="Ann Example", status="sentenced", summary="Ann still in prison"),
        told("appointment", person="Bo", post="envoy", summary="Bo remains the envoy"),
        told("measure", authority="B", target="t", action="imposed", stage="in_force"),
    ):
        answer = client.post("/v1/negotiations/talks/facts", each)
        noticed = [notice["pointer"] for notice in answer.json.get("notices", ())]
        assert noticed == (["/valid"] if each["kind"] != "measure" else [])
    at = f"?as_of={AT}"
    state = client.get(f"/v1/negotiations/talks{at}").json
    (listed, _) = client.get(f"/v1/negotiations/talks/people{at}").json["items"][:2]
    sections = ("custody", "posts", "measures")
    since = [each["since"] for section in sections for each in state[section]]
    assert since == ["[..2025-09-11]", "[..2025-09-11]", "2025-09-11"]
    assert listed["since"] == "[..2025-09-11]"
