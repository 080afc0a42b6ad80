"""A measure, agreement, question, pardon or proposal stays a plan until it is surely carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.api.answers.claims.reports import AT, Body, make_report, states, tie

if TYPE_CHECKING:
    from tests.api.asking import Client


def measure(action: str, stage: str, valid: str, **fields: Any) -> Body:  # noqa: ANN401
    return make_report(
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
    return make_report(
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
    asked = make_report("open_question", question="When?", valid="2025-09-01", external_id="Q")
    answered = make_report("statement", speaker="S", links=tie("answers", "Q"))
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
    held = make_report("custody", person="Ann", status="sentenced", valid="2021-05-01/2028-05-01")
    pardon = make_report("pardon", granted_by="President", people=["Ann"], valid="2025-11-22")
    release = make_report("release", people=["Ann"], valid="2025-11-23")
    again = make_report("custody", person="Ann", status="detained", valid="2025-12-01/..")
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
        make_report("proposal", by=f"Party {number}", content="Joint Statement", stage="agreed")
        for number in range(8)
    ]
    of_one_matter = [
        make_report("proposal", by=by, content=content, stage=stage, matter="embassy", valid=valid)
        for by, content, stage, valid in (
            ("US", "reopen the embassy", "mooted", "2025-09-11"),
            ("United States", "an embassy in Minsk", "offered", "2025-10-01"),
        )
    ]
    by_name = states(client, {"many": agreed, "one": of_one_matter})
    assert len(by_name["many"]["proposals"]) == 8
    assert not any(proposal["contested"] for proposal in by_name["many"]["proposals"])
    assert [proposal["stage"] for proposal in by_name["one"]["proposals"]] == ["offered"]


def test_the_day_of_a_report_that_says_still_is_not_given_as_the_beginning(client: Client) -> None:
    client.open()
    for each in (
        make_report(
            "custody", person="Ann Example", status="sentenced", summary="Ann still in prison"
        ),
        make_report("appointment", person="Bo", post="envoy", summary="Bo remains the envoy"),
        make_report("measure", authority="B", target="t", action="imposed", stage="in_force"),
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
