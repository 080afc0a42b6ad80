"""Converts a version of a fact to its row in `fact_version`; `stored_versions` reads it back."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final

from domain.fact import fact_id
from domain.kinds.envoys import Alias
from domain.named import Sort, fields_naming, join_parts, key_of
from domain.naming import shorten_key
from domain.register import Shape, Succession
from domain.streams.erasure import BLANK
from domain.time.instant import BEGINNING, END
from domain.views.terms import terms_of
from infrastructure.log.codec import encode_fact
from infrastructure.tables.facts import VALID_INSTANTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from domain.fact import Fact
    from domain.named import Name, Together
    from domain.register import Register, RegisterEntry
    from domain.streams.fact import FactRecord
    from domain.time.holding import Window
    from domain.time.valid_time import ValidTime
    from domain.views.naming import Names
    from domain.views.versions import FactVersion

EVERY: Final = 0
"""Every answer that holds is needed."""
LATEST: Final = 1
"""An answer is needed unless another that surely holds has surely taken its place."""
AHEAD: Final = 2
"""An answer is needed while it may still lie ahead."""
TIMELESS: Final = 3
"""Every answer is needed, whenever it holds."""
YIELDING: Final = 4
"""An answer is needed while it may hold, unless it has yielded to another; and the last of those that are over."""
ASIDE: Final = 5
"""An answer that stands aside is needed while it may hold, unless another of its question is surely later."""
LASTING: Final = 6
"""An answer that lasts has a second row under this rule, and is needed whatever has begun after it."""
APART: Final = 7
"""An answer that may tell two of one name apart has a second row under this rule, needed while it may hold."""
DENIES: Final = 8
"""A fact that denies another has a row under this rule, whose question is the other's id (`fact_named`)."""
ALIAS: Final = "alias"
SETTLES: Final = "settles"
CALLS_OFF: Final = "calls off"
ALWAYS: Final = (CALLS_OFF, SETTLES)
"""The questions whose answers every section of a state needs."""
PART: Final = "\x1f"
BY: Final = "\x1d"
"""Stands in the question of what stands aside between the key and what tells it from others beside one entry."""
ERASED: Final[dict[str, Any]] = {
    "kind": BLANK.kind,
    **dict.fromkeys(VALID_INSTANTS, END),
    "matter": None,
    "external_id": None,
    "content": b"",
}
"""The columns of a version that say what the fact says, once it was erased."""
OF_RECORD: Final = ("status", "standing", "corrected", "preferred", "erased")
_EXTERNAL: Final = "external:"
MOST_QUESTIONS: Final = 1_000
PRECISE: Final = 86_400_000_000
"""A beginning known to the day is precise; the few that are vaguer are looked through one by one."""


def row_of(version: FactVersion) -> dict[str, Any]:
    """The row of a version where it begins, that nothing has followed yet."""
    record = version.record
    return {
        **_content_of(record),
        "fact_id": record.id.hex,
        "version": record.version,
        "negotiation_id": record.negotiation_id.hex,
        **{name: getattr(record, name) for name in OF_RECORD},
        "variant": 0,
        "known_from": version.position,
        "known_to": END,
        "published_from": version.published_at,
        "published_to": END,
        "position": version.position,
        "first_position": version.first_position,
        "recorded_at": version.recorded_at,
        "published_at": version.published_at,
        "last_cited": last_citation_time(record.fact),
        "actor": version.actor,
        "event": version.event,
        "reason": version.reason,
        "why": version.why,
        "batch": version.batch,
    }


def last_citation_time(fact: Fact) -> int:
    """When the last of the citations that have a day was public; BEGINNING where none has."""
    cited = [at for citation in fact.citations if (at := citation.published_at) is not None]
    return max(cited, default=BEGINNING)


def _content_of(record: FactRecord) -> dict[str, Any]:
    """The columns that follow from the content of a fact; an erased fact has none."""
    fact = record.fact
    if record.erased:
        return dict(ERASED)
    valid = fact.valid_time
    bounds, window = valid.bounds, fact.window
    return {
        "kind": fact.kind,
        "start_earliest": bounds.start_earliest,
        "start_latest": bounds.start_latest,
        "end_earliest": bounds.end_earliest,
        "end_latest": bounds.end_latest,
        "possible_from": window.possible_from,
        "certain_from": window.certain_from,
        "certain_to": window.certain_to,
        "possible_to": window.possible_to,
        "happened_latest": (bounds.end_latest if valid.spans else bounds.start_latest) - 1,
        "matter": fact.matter_key,
        "external_id": fact.external_id,
        "content": encode_fact(fact),
    }


def term_rows(version: FactVersion) -> Iterable[dict[str, Any]]:
    """The names and places by which the version is found; an erased one has none."""
    record = version.record
    terms = sorted(terms_of(record.fact))
    if not terms:
        return
    bounds = record.fact.valid_time.bounds
    of_version = {
        "fact_id": record.id.hex,
        "version": record.version,
        "variant": 0,
        "negotiation_id": record.negotiation_id.hex,
        "start_earliest": bounds.start_earliest,
        "start_latest": bounds.start_latest,
        "first_position": version.first_position,
    }
    for field, term in terms:
        yield {**of_version, "field": field, "term": term}


def answer_rows(version: FactVersion) -> Iterable[dict[str, Any]]:
    """The questions of the state that the version answers; a retracted version answers none.

    `certain_to` says what its place is worth to another: END where it keeps the place that it took, even once it has
    ended; of what yields, its latest start. What settles another fact does so for good, even once it has ended.
    """
    record = version.record
    if record.status == "retracted" or record.erased:
        return
    questions = _questions(record)
    if not questions:
        return
    of_version = {
        "negotiation_id": record.negotiation_id.hex,
        "known_from": version.position,
        "known_to": END,
        "published_from": version.published_at,
        "published_to": END,
        "fact_id": record.id.hex,
        "version": record.version,
    }
    times = {singled: _times_of(record.fact, singled=singled) for singled in {*questions.values()}}
    valid, window = record.fact.valid_time, record.fact.window
    for (rule, question), singled in sorted(questions.items()):
        kept = {"certain_to": _keeps(rule, valid, window)}
        if question == SETTLES:
            kept["possible_to"] = END
        yield {**of_version, **times[singled], "rule": rule, "question": question, **kept}


def _times_of(fact: Fact, *, singled: bool) -> dict[str, Any]:
    """{column: value} of the times of a fact's answers, in microseconds UTC; `singled` as in `RegisterEntry`."""
    earliest, latest = fact.placed(singled=singled)
    window = fact.find_window(singled=singled)
    return {
        "start_earliest": earliest,
        "start_latest": latest,
        "vague": latest - earliest > PRECISE,
        "possible_from": window.possible_from,
        "certain_from": window.certain_from,
        "possible_to": window.possible_to,
    }


def _keeps(rule: int, valid: ValidTime, window: Window) -> int:
    if rule == YIELDING and (not valid.spans or valid.bounds.end_unknown):
        return valid.bounds.start_latest
    return END if rule == LATEST else window.certain_to


def _questions(record: FactRecord) -> dict[tuple[int, str], bool]:
    """{(rule, text): whether the answer is `singled`}; facts that every state must read have separate questions."""
    fact = record.fact
    questions = {
        (
            rule,
            f"{answer.register.section}{PART}{key_in_question(answer)}{_write_by(answer)}",
        ): answer.singled
        for answer in fact.register_entries()
        for rule in _rules(answer)
    }
    if isinstance(fact, Alias):
        questions[TIMELESS, ALIAS] = False
    if any(fact.settles()):
        questions[EVERY, SETTLES] = False
    if any(fact.calls_off()):
        questions |= {(EVERY, CALLS_OFF): False, (AHEAD, CALLS_OFF): False}
    denied = (fact_named(record.negotiation_id, target) for target in fact.denies())
    return questions | {(DENIES, id_): False for id_ in denied}


def fact_named(negotiation_id: UUID, target: str) -> str:
    """The hexadecimal id of the fact that a link in a negotiation names."""
    if target.startswith(_EXTERNAL):
        return fact_id(negotiation_id, target.removeprefix(_EXTERNAL)).hex
    return target.replace("-", "")


def entry_questions(fact: Fact, names: Names) -> list[str]:
    """The questions of the entries in which a fact would stand, under every spelling; totals have none here.

    They are those of the main answers; each kind of the answers that stand aside has a question of its own.
    At most `MOST_QUESTIONS`, for names that have very many spellings.
    """
    questions = set[str]()
    sorts = fields_naming(type(fact))
    for answer in fact.register_entries():
        if answer.register.shape is Shape.TOTAL:
            continue
        named = {**sorts, **dict.fromkeys(answer.names, Sort.SOMEBODY)}
        parts = [
            _list_spellings(name, named.get(field), names) for field, name in answer.key.items()
        ]
        keys = (shorten_key(PART.join(key)) for key in islice(product(*parts), MOST_QUESTIONS))
        questions |= {f"{answer.register.section}{PART}{key}" for key in keys}
    return sorted(questions)[:MOST_QUESTIONS]


def _list_spellings(name: Name | Together, sort: Sort | None, names: Names) -> list[str]:
    """The key parts that a name may have under every spelling; for several together, each with each of the others'."""
    if isinstance(name, tuple):
        spelt = product(*(_list_spellings(part, Sort.SOMEBODY, names) for part in name))
        return sorted({join_parts(parts) for parts in islice(spelt, MOST_QUESTIONS)})
    known = set() if sort is None else names.key_parts(name, sort)
    return sorted(known | {key_of(name)})


def questions_of(section: str) -> tuple[str, str]:
    """The range of a section's questions in their order: the first possible one, and the first text after them all."""
    return f"{section}{PART}", f"{section}{chr(ord(PART) + 1)}"


def rule_of(register: Register) -> int:
    """Which answers to the questions of a register are needed."""
    if register.ahead:
        return AHEAD
    return _RULES[register.succession]


_RULES: Final = {Succession.NONE: EVERY, Succession.LATER: LATEST, Succession.YIELDING: YIELDING}


def _rule(answer: RegisterEntry) -> int:
    return rule_of(answer.register) if answer.aside is None else ASIDE


def _rules(answer: RegisterEntry) -> Iterable[int]:
    """The rules under which an answer has a row."""
    yield _rule(answer)
    if answer.lasting:
        yield LASTING
    if answer.apart is not None:
        yield APART


def _write_by(answer: RegisterEntry) -> str:
    aside = answer.aside
    if aside is None or aside.by is None:
        return ""
    return f"{BY}{shorten_key(aside.kind_of(answer.shows))}"


def key_in_question(answer: RegisterEntry) -> str:
    """The key of an answer as its question has it: no alias is followed, and a hash is in the place of a long key."""
    return shorten_key(PART.join(map(key_of, answer.key.values())))
