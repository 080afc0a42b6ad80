"""Reports about one day are contested only if they cannot both be true; otherwise the more specific one is shown."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints

import pytest

from domain.kinds.diplomacy import AgreementStage, ProposalStage
from domain.kinds.prisoners import Custody
from domain.kinds.statements import Reply
from tests.api.answers.claims.reports import make_report, states

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.api.answers.claims.reports import Body
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database

Shown = tuple[str, bool, list[str]]
"""(what an entry shows, whether it is contested, what its rivals say)."""
STATUSES: Final = ("free", *get_args(get_type_hints(Custody)["status"]))
CUSTODY: Final = {
    "charged": "detained",
    "remanded": "detained charged",
    "house_arrest": "detained charged",
    "sentenced": "detained charged house_arrest",
    "transferred": "detained charged remanded sentenced",
    "missing": "charged",
    "disappeared": "missing charged",
    "free": "charged",
    "exiled": "free charged",
    "died": "detained charged remanded sentenced house_arrest transferred missing disappeared",
}
PROPOSALS: Final = {
    "discussed": "mooted",
    "offered": "mooted discussed",
    "agreed": "mooted discussed offered",
    "announced": "mooted discussed offered agreed",
    "implemented": "mooted discussed offered agreed announced",
    "rejected": "mooted discussed offered",
}
AGREEMENTS: Final = {
    "initialled": "negotiated",
    "in_force": "signed",
    "breached": "signed in_force",
    "suspended": "signed breached",
}
TALKS: Final = frozenset({"negotiated", "initialled"})


def make_custody(status: str, publisher: str = "Reuters", **fields: Any) -> Body:  # noqa: ANN401 -- a fact's fields
    """A fact that Ann is free, or in custody with a status."""
    content = {"summary": status, **fields}
    if status == "free":
        return make_report("release", publisher, people=["Ann"], **content)
    return make_report("custody", publisher, person="Ann", status=status, **content)


def entry(state: Body, section: str, field: str) -> Shown:
    (found,) = state[section]
    return found[field], found["contested"], [rival["summary"] for rival in found["rivals"]]


def find_sharper(pair: str, sharper: Mapping[str, str]) -> str | None:
    """The value that is shown uncontested; None if the two cannot both be true."""
    one, other = pair.split(", ")
    if other in sharper.get(one, "").split():
        return one
    return other if one in sharper.get(other, "").split() else None


def read_shown_values(
    client: Client, pairs: Mapping[str, list[Body]], section: str, field: str
) -> dict[str, str | None]:
    """{pair: what is shown, or None if contested}; checks that the other value is a rival."""
    entries = {name: entry(state, section, field) for name, state in states(client, pairs).items()}
    for name, (value, _, rivals) in entries.items():
        assert {value, *rivals} == set(name.split(", "))
    return {name: None if contested else value for name, (value, contested, _) in entries.items()}


def test_statuses_that_can_both_be_true_of_a_day_are_not_contested(client: Client) -> None:
    pairs = {
        f"{one}, {other}": [make_custody(one), make_custody(other, "AP")]
        for one, other in combinations(STATUSES, 2)
    }
    shown = {name: find_sharper(name, CUSTODY) for name in pairs}
    assert read_shown_values(client, pairs, "custody", "status") == shown


def test_stages_of_a_proposal_that_can_both_be_true_of_a_day_are_not_contested(
    client: Client,
) -> None:
    def make_proposal(stage: str, publisher: str) -> Body:
        who = {"by": "A", "content": "an exchange", "matter": "exchange"}
        return make_report("proposal", publisher, stage=stage, summary=stage, **who)

    stages = list(combinations(get_args(ProposalStage), 2))
    pairs = {f"{a}, {b}": [make_proposal(a, "AP"), make_proposal(b, "Reuters")] for a, b in stages}
    shown = {name: find_sharper(name, PROPOSALS) for name in pairs}
    assert read_shown_values(client, pairs, "proposals", "stage") == shown


def test_an_agreement_signed_and_in_force_on_one_day_is_in_force(client: Client) -> None:
    def make_agreement(stage: str, publisher: str) -> Body:
        what = {"title": "Ceasefire", "form": "ceasefire", "matter": "ceasefire"}
        return make_report("agreement", publisher, stage=stage, summary=stage, **what)

    stages = [
        (a, b)
        for a, b in combinations(get_args(AgreementStage), 2)
        if (a in TALKS) == (b in TALKS)  # talks are shown beside an agreement
    ]
    pairs = {
        f"{a}, {b}": [make_agreement(a, "AP"), make_agreement(b, "Reuters")] for a, b in stages
    }
    shown = {name: find_sharper(name, AGREEMENTS) for name in pairs}
    assert read_shown_values(client, pairs, "agreements", "stage") == shown


def test_of_two_answers_that_can_both_be_true_the_more_specific_is_shown(client: Client) -> None:
    def make_response(answer: str, publisher: str) -> Body:
        return make_report(
            "response", publisher, asked="A", answer=answer, summary=answer, matter="answer"
        )

    replies = list(combinations(get_args(Reply), 2))
    pairs = {f"{a}, {b}": [make_response(a, "AP"), make_response(b, "Reuters")] for a, b in replies}
    sharper = {"neither_confirmed_nor_denied": "declined"}
    shown = {name: find_sharper(name, sharper) for name in pairs}
    assert read_shown_values(client, pairs, "responses", "answer") == shown


def test_talk_of_easing_that_was_announced_that_day_is_not_contested(client: Client) -> None:
    def make_easing(stage: str, publisher: str) -> Body:
        what = {"authority": "US", "target": "potash", "action": "eased"}
        return make_report("measure", publisher, stage=stage, summary=stage, **what)

    pair = {
        "discussed, announced": [
            make_easing("discussed", "AP"),
            make_easing("announced", "Reuters"),
        ]
    }
    assert read_shown_values(client, pair, "measures", "stage") == {
        "discussed, announced": "announced"
    }


def test_the_vaguer_of_two_statuses_is_shown_where_more_sources_say_it(client: Client) -> None:
    cases = {
        "more say the vaguer": [
            make_custody("free"),
            make_custody("free", "AP"),
            make_custody("exiled", "AFP"),
        ],
        "as many": [make_custody("free", "AP"), make_custody("exiled", "AFP")],
        "three that follow from one another": [
            make_custody("detained"),
            make_custody("remanded", "AP"),
            make_custody("charged", "AFP"),
        ],
        "two of three exclude each other": [
            make_custody("charged"),
            make_custody("remanded", "AP"),
            make_custody("house_arrest", "AFP"),
        ],
        "linked as a conflict": [
            make_custody("free", external_id="F"),
            make_custody(
                "exiled", "AP", links=[{"relation": "conflicts_with", "fact": "external:F"}]
            ),
        ],
        "dead, and held on a later day": [
            make_custody("died", valid="2025-09-10"),
            make_custody("detained", "AP", valid="2025-09-11"),
        ],
        "dead on a day of the month in which they were held": [
            make_custody("died", valid="2025-09-10"),
            make_custody("detained", "AP", valid="2025-09"),
        ],
    }
    found = {
        name: entry(each, "custody", "status")[:2] for name, each in states(client, cases).items()
    }
    assert found == {
        "more say the vaguer": ("free", False),
        "as many": ("exiled", False),
        "three that follow from one another": ("remanded", False),
        "two of three exclude each other": (found["two of three exclude each other"][0], True),
        "linked as a conflict": ("exiled", True),
        "dead, and held on a later day": ("died", True),
        "dead on a day of the month in which they were held": ("died", False),
    }
