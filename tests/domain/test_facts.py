"""The fifteen kinds: how each holds, which questions it answers and whom it names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.fact import KINDS
from domain.kinds.prisoners import PARTS
from domain.quantity import Quantity, fill_bounds
from domain.register import Rivalry, Shape
from domain.time.holding import Holding
from domain.views.state import list_registers
from tests.examples import fact, full_fact

HOLDS = {
    "appointment": Holding.PERIOD,
    "mission": Holding.PERIOD,
    "pardon": Holding.ONWARD,
    "release": Holding.ONWARD,
    "custody": Holding.PERIOD,
    "prisoner_count": Holding.UNTIL_NEXT,
    "statement": Holding.ONWARD,
    "response": Holding.ONWARD,
    "meeting": Holding.ONWARD,
    "proposal": Holding.UNTIL_NEXT,
    "measure": Holding.UNTIL_NEXT,
    "alias": Holding.ONWARD,
    "agreement": Holding.UNTIL_NEXT,
    "incident": Holding.ONWARD,
    "open_question": Holding.ONWARD,
}
NO_END = {"sentence_ends": None}
#: kind → the answers of its full example: (section, key, fields shown).
ANSWERS: dict[str, list[tuple[str, dict[str, str], dict[str, object]]]] = {
    "appointment": [
        (
            "posts",
            {"post": "Special Envoy for Belarus"},
            {
                "holder": "John Coale",
                "appointed_by": "Donald Trump",
                "on_behalf_of": "United States",
            },
        )
    ],
    "mission": [("missions", {"post": "US embassy in Minsk"}, {"status": "suspended"})],
    "pardon": [
        ("prisoners.pardoned", {}, {}),
        ("custody", {"person": "Ihar Losik"}, {"status": "pardoned", "place": None, **NO_END}),
    ],
    "release": [
        ("prisoners.released", {}, {}),
        ("custody", {"person": "Ihar Losik"}, {"status": "free", "place": "Lithuania", **NO_END}),
    ],
    "custody": [
        (
            "custody",
            {"person": "Ihar Losik"},
            {"status": "sentenced", "place": "Navapolatsk", **NO_END},
        )
    ],
    "prisoner_count": [
        (
            "prisoners.held",
            {"population": "political prisoners", "counted_by": "Viasna"},
            {
                "quantity": Quantity(
                    what="held",
                    comparator="eq",
                    low=1400,
                    high=1500,
                    text="1,400 to 1,500",
                    basis="stock",
                )
            },
        ),
        (
            "prisoners.held",
            {"population": "political prisoners", "counted_by": "Viasna"},
            {"quantity": Quantity(what="sought", comparator="ge", low=24, text="dozens")},
        ),
    ],
    "statement": [
        (
            "statements",
            {"speaker": "Alexander Lukashenko"},
            {"on_behalf_of": "Belarus", "topic": "a big deal", "quote": "take them all"},
        )
    ],
    "response": [
        (
            "responses",
            {"asked": "White House"},
            {"answer": "no_reply", "about": "a further release", "asked_by": "Reuters"},
        )
    ],
    "meeting": [
        (
            "meetings.last",
            {},
            {"form": "talks", "stage": "held", "participants": ("John Coale",)},
        )
    ],
    "measure": [
        (
            "measures",
            {"target": "Belavia", "authority": "United States"},
            {"action": "imposed", "stage": "in_force"},
        )
    ],
    "alias": [],
    "agreement": [
        (
            "agreements",
            {"matter": "sep11-count"},
            {
                "title": "Exchange of prisoners",
                "form": "exchange",
                "stage": "signed",
                "signatories": ("Belarus", "United States"),
            },
        )
    ],
    "incident": [
        (
            "incidents",
            {"form": "arrests", "actor": "KGB of Belarus", "target": "journalists"},
            {"quantities": full_fact("incident").quantities},
        )
    ],
    "open_question": [
        (
            "open_questions",
            {"question": "Who will be freed, and when?"},
            {"about": "the potash deal"},
        )
    ],
}
NAMES = {
    "appointment": {"John Coale", "Donald Trump", "United States", "Ihar Losik"},
    "proposal": {"Belarus", "United States", "Ihar Losik"},
    "measure": {"United States", "Belavia", "Ihar Losik"},
    "pardon": {"Alexander Lukashenko", "Ihar Losik"},
    "prisoner_count": {"Viasna", "Ihar Losik"},
    "statement": {"Alexander Lukashenko", "Belarus", "Ihar Losik"},
    "response": {"White House", "Reuters", "Ihar Losik"},
    "meeting": {"John Coale", "Ihar Losik"},
    "alias": {"John Cole", "John Coale", "Ihar Losik"},
    "incident": {"KGB of Belarus", "journalists", "Ihar Losik"},
    "agreement": {"Belarus", "United States", "Ihar Losik"},
}


def test_the_kinds_are_these_fifteen() -> None:
    assert set(KINDS) == set(HOLDS)


@pytest.mark.parametrize("kind", sorted(HOLDS))
def test_a_kind_holds_as_it_declares(kind: str) -> None:
    assert fact(kind).holding is HOLDS[kind]
    assert KINDS[kind].__doc__


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_a_kind_answers_these_questions(kind: str) -> None:
    found = [
        (answer.register.section, dict(answer.key), dict(answer.shows))
        for answer in full_fact(kind).register_entries()
    ]
    assert found == ANSWERS[kind]


@pytest.mark.parametrize("kind", sorted(HOLDS))
def test_a_kind_names_everybody_in_its_fields(kind: str) -> None:
    assert set(full_fact(kind).list_names()) == NAMES.get(kind, {"Ihar Losik"})


@pytest.mark.parametrize("kind", sorted(HOLDS))
def test_a_kind_answers_only_in_the_registers_that_it_declares(kind: str) -> None:
    example = full_fact(kind)
    for answer in example.register_entries():
        assert answer.register in example.registers
        assert set(answer.compared) <= set(answer.shows)
        assert answer.names <= set(answer.key) | set(answer.shows)


def test_a_proposal_shows_what_is_offered_in_return_and_how_many() -> None:
    (answer,) = full_fact("proposal").register_entries()
    assert (answer.register.section, dict(answer.key)) == ("proposals", {"matter": "sep11-count"})
    (untied,) = replace(full_fact("proposal"), matter=None).register_entries()
    assert dict(untied.key) == {"by": "United States", "content": "reopen the embassy"}
    assert answer.shows["in_return_for"] == "a further release"
    assert answer.shows["quantities"] == full_fact("proposal").quantities


def test_a_planned_meeting_is_next_and_a_cancelled_one_is_neither() -> None:
    stages = {
        stage: [
            answer.register.section for answer in fact("meeting", stage=stage).register_entries()
        ]
        for stage in ("planned", "held", "cancelled")
    }
    assert stages == {"planned": ["meetings.next"], "held": ["meetings.last"], "cancelled": []}


def test_a_release_answers_for_everyone_whom_it_names() -> None:
    freed = fact("release", people=("Ihar Losik", "Siarhei Tsikhanouski"))
    people = [answer.key["person"] for answer in freed.register_entries() if answer.key]
    assert people == ["Ihar Losik", "Siarhei Tsikhanouski"]


def test_a_count_shows_how_many_are_held_before_any_other_figure() -> None:
    women, held = Quantity(what="women", value=170), Quantity(what="held", value=1150)
    shown = [next(iter(fact("prisoner_count", quantities=q).register_entries())).shows["quantity"]
             for q in ((women, held), (women,), ())]  # fmt: skip
    assert shown == [fill_bounds(held), fill_bounds(women), None]


@pytest.mark.parametrize(
    "what", ["Inmates", "Заключённых", "заключенных", "УВʼЯЗНЕНИХ", "в’язні", "вязняў"]
)
def test_all_who_are_held_are_counted_in_several_languages(what: str) -> None:
    women, all_ = Quantity(what="women", value=170), Quantity(what=what, value=1150)
    first, second = fact("prisoner_count", quantities=(women, all_)).register_entries()
    assert (first.shows["quantity"].what, first.aside) == (what, None)
    assert (second.shows["quantity"].what, second.aside) == ("women", PARTS)


def test_several_words_for_all_who_are_held_mean_one_number_as_wide_as_all_of_them() -> None:
    numbers = [Quantity(what=what, value=value) for what, value in (("people", 9), ("inmates", 7))]
    first, *others = fact("prisoner_count", quantities=tuple(numbers)).register_entries()
    shown = first.shows["quantity"]
    assert (shown.low, shown.high, shown.value, others) == (7, 9, None, [])
    held = Quantity(what="held", value=8)
    first, *others = fact("prisoner_count", quantities=(*numbers, held)).register_entries()
    assert first.shows["quantity"] == fill_bounds(held)
    assert [other.shows["quantity"].what for other in others] == ["people", "inmates"]


def test_the_state_has_a_section_for_every_register() -> None:
    assert [register.section for register in list_registers()] == [
        "agreements",
        "custody",
        "incidents",
        "measures",
        "meetings.last",
        "meetings.next",
        "missions",
        "open_questions",
        "posts",
        "prisoners.held",
        "prisoners.pardoned",
        "prisoners.released",
        "proposals",
        "responses",
        "statements",
    ]


def test_only_what_was_said_and_done_is_contested_within_its_matter_alone() -> None:
    within = {r.section for r in list_registers() if r.rivalry is Rivalry.MATTER}
    assert within == {"incidents", "meetings.last", "meetings.next", "responses", "statements"}


def test_totals_sum_what_their_kind_counts() -> None:
    totals = {r.section: r.summed for r in list_registers() if r.shape is Shape.TOTAL}
    assert totals == {"prisoners.released": "released", "prisoners.pardoned": "pardoned"}
