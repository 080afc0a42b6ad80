"""Words the question that a matter asks, from its claims; it says no more than they agree on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from api.web.words.calendar_words import join_words
from api.web.words.dates import date_in_words

Facts = Sequence[Mapping[str, Any]]
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MONTH: Final = re.compile(r"\d{4}(?:-\d\d)?")
_FREED: Final = {"release": "released", "pardon": "pardoned"}
_OF_SOMEBODY: Final = {*_FREED, "custody"}
_MOST_NAMED: Final = 3
"""How many people a question names at most."""


def question_in_words(facts: Facts, lead: Mapping[str, Any]) -> str | None:
    """Ask what facts answer, by the kind of one of them; None where there are no words for it."""
    ask = _ASKED_BY_KIND.get(lead["kind"])
    alike = [fact for fact in facts if fact["kind"] == lead["kind"]]
    return None if ask is None else ask(alike, facts)


def _ask_freed(alike: Facts, facts: Facts) -> str:
    verb = _FREED[alike[0]["kind"]]
    counted = [fact for fact in alike if any(q["what"] == verb for q in fact["quantities"])]
    if counted:
        return f"How many were {verb}{_say_when(counted)}?"
    return _ask_fate(alike, facts) or f"Who was {verb}{_say_when(alike)}?"


def _ask_custody(alike: Facts, facts: Facts) -> str | None:
    person = _same(alike, "person")
    return f"What became of {person}?" if person else _ask_fate(alike, facts)


def _ask_fate(_: Facts, facts: Facts) -> str | None:
    """What became of the one person whom all claims name, if all of them are about people who were held."""
    names = [_people(fact) for fact in facts]
    common = set.intersection(*names)
    if len(common) != 1 or not {fact["kind"] for fact in facts} <= _OF_SOMEBODY:
        return None
    return f"What became of {common.pop()}?"


def _ask_held(alike: Facts, _: Facts) -> str:
    whom = _same(alike, "population") or "people"
    subject = whom if whom.endswith("held") else f"{whom} are held"
    counter = _same(alike, "counted_by")
    return (
        f"How many {subject}, {f'as {counter} counts them' if counter else 'and by whose count'}?"
    )


def _ask_appointed(alike: Facts, _: Facts) -> str | None:
    post = _same(alike, "post")
    return post and f"Who was named {post}, and when?"


def _ask_mission(alike: Facts, _: Facts) -> str | None:
    post = _same(alike, "post")
    return post and f"{post}: open, suspended or closed, and since when?"


def _ask_measure(alike: Facts, _: Facts) -> str | None:
    target = _same(alike, "target")
    return target and f"Measures against {target}: imposed, eased or lifted?"


def _ask_met(alike: Facts, _: Facts) -> str | None:
    form = _same(alike, "form")
    parts = [[_text(name) for name in meeting["participants"]] for meeting in alike]
    common = [name for name in parts[0] if all(name in others for others in parts)]
    if form is None or not 0 < len(common) <= _MOST_NAMED:
        return form and f"The {form}: when, and who took part?"
    if any(len(others) > len(common) for others in parts):
        return f"The {form} with {join_words(common, 'and')}: when, and who took part?"
    verb = "were" if form == "talks" else "was"
    between = "between" if len(common) > 1 and form != "visit" else "with"
    return f"When {verb} the {form} {between} {join_words(common, 'and')}?"


def _ask_stage(field: str) -> Callable[[Facts, Facts], str | None]:
    def ask(alike: Facts, _: Facts) -> str | None:
        what = _same(alike, field)
        return what and f"How far has it come: {what}?"

    return ask


def _ask_said(alike: Facts, _: Facts) -> str | None:
    topic, speaker = _same(alike, "topic"), _same(alike, "speaker")
    if topic:
        return f"Who says what: {topic}"
    return speaker and f"What did {speaker} say{_say_when(alike)}?"


def _ask_response(alike: Facts, _: Facts) -> str | None:
    about, asked = _same(alike, "about"), _same(alike, "asked")
    return asked and f"What did {asked} answer{f' about {about}' if about else ''}?"


def _ask_names(alike: Facts, _: Facts) -> str | None:
    name = _same(alike, "same_as")
    return name and f"Which names mean {name}?"


def _ask_itself(alike: Facts, _: Facts) -> str | None:
    return _same(alike, "question")


_ASKED_BY_KIND: Final[Mapping[str, Callable[[Facts, Facts], str | None]]] = {
    "release": _ask_freed,
    "pardon": _ask_freed,
    "custody": _ask_custody,
    "prisoner_count": _ask_held,
    "appointment": _ask_appointed,
    "mission": _ask_mission,
    "measure": _ask_measure,
    "meeting": _ask_met,
    "proposal": _ask_stage("content"),
    "agreement": _ask_stage("title"),
    "statement": _ask_said,
    "response": _ask_response,
    "alias": _ask_names,
    "open_question": _ask_itself,
}


def _say_when(facts: Facts) -> str:
    """The day, month or year on which facts agree, with its preposition; nothing for another date or several."""
    date = _same(facts, "valid") or ""
    if _DAY.fullmatch(date):
        return f" on {date_in_words(date)}"
    return f" in {date_in_words(date)}" if _MONTH.fullmatch(date) else ""


def _same(facts: Facts, field: str) -> str | None:
    """What all facts say in a field; None where they differ, or say nothing."""
    texts = {_text(fact[field]) for fact in facts}
    return texts.pop() or None if len(texts) == 1 else None


def _people(fact: Mapping[str, Any]) -> set[str]:
    person = fact.get("person")
    return {_text(name) for name in (*fact["people"], *([person] if person else []))}


def _text(name: Any) -> str:  # noqa: ANN401 -- a name, one with an id, or nothing
    return str(name["name"]) if isinstance(name, dict) else name or ""
