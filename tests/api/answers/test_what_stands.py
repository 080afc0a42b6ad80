"""When a later fact replaces an answer, and when it is only shown beside it, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.answers.claims.reports import make_report, states, tell_release, tie

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Body
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database


def test_what_was_answered_or_carried_out_stays_so_once_that_is_over(client: Client) -> None:
    who = {"authority": "US", "target": "potash"}
    sanction = make_report("measure", **who, action="imposed", stage="in_force", valid="2021-08-09")
    ease = {"action": "eased", "stage": "announced", "valid": "2025-01-10", "external_id": "EASE"}
    short = {"post": "embassy", "status": "open", "valid": "2025-03-01/2025-04-01"}
    asked = make_report(
        "open_question", question="Who is envoy?", valid="2025-01-10", external_id="WHO"
    )
    term = {"person": "Ann", "post": "envoy", "valid": "2025-03-01/2025-04-01"}
    carried_out = make_report("mission", **short, links=tie("executes", "EASE"))
    answered = make_report("appointment", **term, links=tie("answers", "WHO"))
    facts = {"x": [sanction, make_report("measure", **who, **ease), asked, carried_out, answered]}
    states(client, facts)
    found: dict[str, tuple[int, int]] = {}
    for day in ("2025-02-01", "2025-03-10", "2025-06-01"):
        state = client.get(f"/v1/negotiations/case-0?as_of={day}").json
        (entry,) = state["measures"]
        found[day] = len(entry["outlook"]), len(state["open_questions"])
    assert found == {"2025-02-01": (1, 1), "2025-03-10": (0, 0), "2025-06-01": (0, 0)}


def test_talks_that_are_over_do_not_bring_earlier_talks_back(client: Client) -> None:
    who = {"authority": "US", "target": "potash", "action": "eased", "stage": "discussed"}
    sanction = make_report(
        "measure", **{**who, "action": "imposed", "stage": "in_force"}, valid="2021"
    )
    early, late = (
        make_report("measure", **who, valid=valid) for valid in ("2024-05", "2025-01-10/2025-03-01")
    )
    for with_sanction in (True, False):
        facts = [*([sanction] if with_sanction else []), early, late]
        slug = f"talks-{with_sanction:d}"
        client.open(slug)
        for fact in facts:
            assert client.post(f"/v1/negotiations/{slug}/facts", fact).status == 201
        found = {}
        for day in ("2024-06-01", "2025-02-01", "2025-06-01"):
            entries = client.get(f"/v1/negotiations/{slug}?as_of={day}").json["measures"]
            section = client.get(f"/v1/negotiations/{slug}/state/measures?as_of={day}").json
            assert section["items"] == entries
            talks = [
                each["since"]
                for entry in entries
                for each in (entry["outlook"] if with_sanction else [entry])
            ]
            found[day] = talks
        assert found == {"2024-06-01": ["2024-05"], "2025-02-01": ["2025-01-10"], "2025-06-01": []}


def test_a_later_custody_elsewhere_is_the_same_persons_unless_ids_say_otherwise(
    client: Client,
) -> None:
    def jail(person: object, place: str, valid: str) -> Body:
        return make_report("custody", person=person, status="sentenced", place=place, valid=valid)

    elder, younger = ({"name": "Ann Example", "id": each} for each in ("list:1", "list:2"))
    freed = {"valid": "2025-09-11"}
    cases = {
        "moved": [jail("Ann", "Minsk", "2021-05-01/.."), jail("Ann", "Homel", "2024-03-01/..")],
        "moved and free": [
            jail("Ann", "Minsk", "2021-05-01/2031-05-01"),
            jail("Ann", "Homel", "2024-03-01"),
            make_report("release", people=["Ann"], **freed),
        ],
        "two": [
            jail(elder, "Minsk", "2021-05-01/.."),
            jail(younger, "Homel", "2024-03-01/.."),
            make_report("release", people=[younger], **freed),
        ],
    }
    found = {
        name: [
            (each["status"], each["place"], each["certainty"], each["contested"])
            for each in state["custody"]
        ]
        for name, state in states(client, cases).items()
    }
    assert found == {
        "moved": [("sentenced", "Homel", "certain", False)],
        "moved and free": [("free", None, "certain", False)],
        "two": [("sentenced", "Minsk", "certain", False), ("free", None, "certain", False)],
    }


def test_who_may_have_come_before_what_is_over_only_may_be_there(client: Client) -> None:
    def envoy(person: str, valid: str) -> Body:
        return make_report("appointment", person=person, post="envoy", valid=valid)

    def hold(status: str, valid: str) -> Body:
        return make_report("custody", person="Ann", status=status, valid=valid)

    over = "2020-06-01/2021-01-01"
    cases = {
        "before it or after it": [envoy("Bo", "2020"), envoy("Cy", over)],
        "the same person": [envoy("Bo", "2020"), envoy("Bo", over)],
        "surely after it": [envoy("Bo", "2021"), envoy("Cy", over)],
        "one who stayed": [envoy("Bo", "2020/.."), envoy("Cy", over)],
        "followed by another": [envoy("Bo", "2020"), envoy("Cy", over), envoy("Di", "2021-02/..")],
        "once more in custody": [hold("detained", "2020"), hold("house_arrest", over)],
        "custody that ended": [hold("detained", "2020"), hold("sentenced", over)],
        "custody that may have ended": [hold("detained", "2020"), hold("sentenced", "2020-06-01/")],
        "a death": [hold("died", "2020"), hold("sentenced", over)],
    }
    sections = {name: "custody" if "custody" in name else "posts" for name in cases}
    sections["a death"] = "custody"
    found, certain = {}, {}
    for name, state in states(client, cases, "2022-12-31").items():
        slug = f"case-{list(cases).index(name)}"
        (entry,) = state[sections[name]]
        shown = entry.get("holder", entry.get("status"))
        found[name] = shown, entry["certainty"], entry["contested"]
        surely = client.get(f"/v1/negotiations/{slug}?as_of=2022-12-31&match=certain").json
        certain[name] = [each.get("holder", each.get("status")) for each in surely[sections[name]]]
    assert found == {
        "before it or after it": ("Bo", "possible", False),
        "the same person": ("Bo", "possible", False),
        "surely after it": ("Bo", "certain", False),
        "one who stayed": ("Bo", "certain", False),
        "followed by another": ("Di", "certain", False),
        "once more in custody": ("detained", "possible", False),
        "custody that ended": ("detained", "possible", False),
        "custody that may have ended": ("sentenced", "possible", False),
        "a death": ("died", "certain", False),
    }
    sure = {name: [shown] for name, (shown, how, _) in found.items() if how == "certain"}
    assert certain == {name: sure.get(name, []) for name in cases}


def test_what_may_have_been_said_as_late_stands_beside_the_latest(client: Client) -> None:
    def make_statement(summary: str, valid: str) -> Body:
        return {**make_report("statement", speaker="Ann", valid=valid), "summary": summary}

    cases = {
        "one month and a day of it": [
            make_statement("A", "2025-09"),
            make_statement("B", "2025-09-11"),
        ],
        "one day": [make_statement("A", "2025-09-11"), make_statement("B", "2025-09-11")],
        "two days": [make_statement("A", "2025-09-11"), make_statement("B", "2025-09-12")],
    }
    found = {}
    for name, state in states(client, cases).items():
        (entry,) = state["statements"]
        beside = [rival["summary"] for rival in entry["rivals"]]
        found[name] = sorted([entry["fact"]["summary"], *beside]), entry["contested"]
    assert found == {
        "one month and a day of it": (["A", "B"], False),
        "one day": (["A", "B"], False),
        "two days": (["B"], False),
    }


def test_talk_of_a_month_may_have_led_to_what_is_in_force_since_that_month(client: Client) -> None:
    def measure(action: str, stage: str, valid: str) -> Body:
        who = {"authority": "US", "target": "potash"}
        return make_report("measure", **who, action=action, stage=stage, valid=valid)

    cases = {
        "of that month": ("2025-09", "2025-09-11"),
        "of that day": ("2025-09-11", "2025-09-11"),
        "of a day in it": ("2025-09-11", "2025-09"),
        "later": ("2025-10", "2025-09-11"),
        "of the month before": ("2025-08", "2025-09"),
    }
    facts = {
        name: [measure("eased", "discussed", talk), measure("imposed", "in_force", force)]
        for name, (talk, force) in cases.items()
    }
    found = {
        name: [each["certainty"] for each in state["measures"][0]["outlook"]]
        for name, state in states(client, facts).items()
    }
    assert found == {
        "of that month": ["possible"],
        "of that day": ["certain"],
        "of a day in it": ["possible"],
        "later": ["certain"],
        "of the month before": [],
    }
    talks = "/v1/negotiations/case-0?match=certain&as_of=2025-12-31"
    assert client.get(talks).json["measures"][0]["outlook"] == []


def test_of_two_running_figures_of_one_counter_that_may_be_the_latest_the_least_counts(
    client: Client,
) -> None:
    def tell_all(number: int, valid: str) -> Body:
        return tell_release(number, basis="cumulative", valid=valid)

    cases = {
        "the day may be the later one": [tell_all(1_259, "2025-09"), tell_all(1_000, "2025-09-11")],
        "the other way round": [tell_all(1_000, "2025-09"), tell_all(1_259, "2025-09-11")],
        "surely later": [tell_all(1_259, "2025-09"), tell_all(1_000, "2025-10")],
        "surely later, and more": [tell_all(1_000, "2025-09"), tell_all(1_259, "2025-10-01")],
    }
    totals = states(client, cases)
    found = {name: state["prisoners"]["released"]["low"] for name, state in totals.items()}
    assert found == dict(zip(cases, (1_000, 1_000, 1_000, 1_259), strict=True))


def test_a_cancelled_meeting_calls_off_plans_alone_and_none_made_after_it(client: Client) -> None:
    def talks(stage: str, valid: str, published: str | None, **fields: Any) -> Body:  # noqa: ANN401 -- a fact's fields
        who = {"form": "talks", "participants": ["A", "B"], "matter": "talks", "stage": stage}
        said = {**make_report("meeting", valid=valid, **fields), **who}
        return {**said, "citations": [{"publisher": "AP", "published": published}]}

    plan = talks("planned", "2025-12-20", "2025-11-01", external_id="PLAN")
    off = talks("cancelled", "2025-12-20", "2025-12-01")
    anew = talks("planned", "2026-02-01", "2025-12-10")
    cases = {
        "off": [plan, off],
        "the first report of it came later": [off, plan],
        "another paper, later": [off, {**plan, "citations": anew["citations"]}],
        "planned anew": [plan, off, anew],
        "off by the link of another matter": [plan, {**off, "matter": None, "links": tie("confirms", "PLAN")}],
        "anew, and off again": [plan, off, anew, talks("cancelled", "2026-02-01", "2026-01-05")],
        "known to be later, and not reported when": [plan, off, talks("planned", "2026-02-01", None)],
    }  # fmt: skip
    found = {
        name: state["meetings"]["next"] and state["meetings"]["next"]["since"]
        for name, state in states(client, cases, "2025-12-15").items()
    }
    assert found == {**dict.fromkeys(cases), "planned anew": "2026-02-01"}


def test_a_meeting_cancelled_over_an_announcement_settles_nothing(client: Client) -> None:
    who = {"authority": "US", "target": "potash"}
    links = [*tie("responds_to", "EASE"), *tie("derived_from", "WHO")]
    facts = [
        make_report("measure", **who, action="imposed", stage="in_force", valid="2021"),
        make_report("measure", **who, action="lifted", stage="announced", external_id="EASE"),
        make_report("open_question", question="Who pays?", external_id="WHO"),
        make_report("meeting", form="talks", stage="cancelled", participants=["A"], links=links),
    ]
    state = states(client, {"x": facts})["x"]
    assert [each["stage"] for each in state["measures"][0]["outlook"]] == ["announced"]
    assert [open_question["question"] for open_question in state["open_questions"]] == ["Who pays?"]


def test_a_question_that_two_ask_is_answered_to_both(client: Client) -> None:
    def make_question(paper: str, valid: str, question: str = "Who pays?") -> Body:
        return make_report(
            "open_question", paper, question=question, valid=valid, external_id=paper
        )

    def make_answer(valid: str) -> Body:
        return make_report("statement", speaker="Ann", valid=valid, links=tie("answers", "Reuters"))

    first, second = (
        make_question("Reuters", "2025-01-10"),
        make_question("AP", "2025-02-10", "who  pays?"),
    )
    cases = {
        "to both": [first, second, make_answer("2025-03-10")],
        "asked again since": [first, {**second, "valid": "2025-04-10"}, make_answer("2025-03-10")],
        "perhaps asked again since": [
            first,
            {**second, "valid": "2025"},
            make_answer("2025-03-10"),
        ],
        "another question": [
            first,
            make_question("AP", "2025-02-10", "Why?"),
            make_answer("2025-03-10"),
        ],
        "perhaps answered": [first, second, make_answer("2025-12/2026-01")],
    }
    found = {
        name: [
            (open_question["fact"]["summary"], open_question["certainty"])
            for open_question in state["open_questions"]
        ]
        for name, state in states(client, cases).items()
    }
    open_still = [("What AP says", "certain")]
    assert found == {
        "to both": [],
        "asked again since": open_still,
        "perhaps asked again since": open_still,
        "another question": open_still,
        "perhaps answered": [("What AP says", "possible")],
    }
