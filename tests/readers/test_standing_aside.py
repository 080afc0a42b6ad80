"""An answer that stands aside, such as a pardon, stays ended even if another answer replaces what ended it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.streams.ledger import decide_new_fact
from domain.streams.negotiation import negotiation_id
from domain.time.instant import parse_cut
from domain.time.perspective import PerspectiveQuery
from domain.views.known.timeslices import select_known, timeslice
from domain.views.sections import PageQuery
from domain.views.state import count_facts, resolve_state
from infrastructure.ledger import StoredLedger
from infrastructure.readers.reading import Reading
from infrastructure.readers.state.standing import find_ending_kinds
from tests.examples import OWNER, fact
from tests.thorough import choose_count

if TYPE_CHECKING:
    from domain.fact import Fact
    from infrastructure.database.database import Database

NOW = parse_cut("2026")
AS_OF = ("2012", "2014", "2016-01-02", "2016-06", "2018", "2020")
TALKS = count()
NAMES = ("Ihar Losik", "Igor Losik", "Łosik")
DAYS = ("2011-03-04", "2013", "2013-05", "2016-01-02", "2016-06-07", "2017~", "2019-09")


def make_fact(what: str, name: str, day: str, *, ended: str | None = None) -> Fact:
    """A fact about what happened to a person."""
    if what in ("custody", "died"):
        valid = f"{day}/{ended if ended is not None and day < '2018' else '..'}"
        return fact(
            "custody", person=name, status="sentenced" if what == "custody" else what, valid=valid
        )
    if what == "alias":
        return fact("alias", name=name, same_as=NAMES[0], valid=day)
    return fact(what, people=(name,), valid=day)


def compare_states(
    database: Database, slug: str, facts: list[Fact], as_ofs: list[str]
) -> list[Any]:
    """The custody entries on each day; checks that both witnesses agree, in the state and page by page."""
    ledger = StoredLedger(database)
    ledger.open_negotiation(slug=slug, title=slug, parties=(), summary=None, actor="desk")
    talks = negotiation_id(slug)
    ledger.append([decide_new_fact(talks, each, "desk") for each in facts])
    entries = []
    with database.reading() as connection:
        reading = Reading(connection, ledger.codec, NOW, OWNER)
        for as_of in as_ofs:
            at = reading.perspective(PerspectiveQuery(as_of=parse_cut(as_of)))
            negotiation = reading.negotiation(slug)
            versions = reading.list_known(talks, at)
            known = select_known(versions, at)
            folded = resolve_state(negotiation, timeslice(versions, at), count_facts(known), at)
            assert reading.state(negotiation, at) == folded, as_of
            page = PageQuery("custody", None, 100)
            assert reading.section(talks, page, at, lambda *_: "")[0] == folded["custody"], as_of
            entries.append(folded["custody"])
    return entries


def test_only_custody_has_answers_that_end_nothing() -> None:
    assert dict(find_ending_kinds()) == {"custody": frozenset({"custody"})}


@pytest.mark.parametrize("spelt", [NAMES[0], NAMES[1]])
def test_a_pardon_that_a_new_sentence_ended_is_not_shown_after_a_release(
    database: Database, spelt: str
) -> None:
    facts = [
        make_fact("alias", NAMES[1], "2010"),
        make_fact("pardon", NAMES[0], "2011-03-04"),
        make_fact("custody", spelt, "2013-05-06"),
        make_fact("release", spelt, "2016-06-07"),
    ]
    days = ["2012", "2014", "2017"]
    (pardoned,), (sentenced,), (free,) = compare_states(database, "talks", facts, days)
    assert pardoned["status"] == "pardoned"
    assert (sentenced["status"], sentenced["pardoned"]) == ("sentenced", None)
    assert (free["status"], free["pardoned"]) == ("free", None)


@pytest.mark.either_database
@settings(
    max_examples=choose_count(30, 800),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_what_became_of_few_people_is_told_alike(database: Database, data: st.DataObject) -> None:
    names = NAMES[: data.draw(st.integers(1, 3))]
    drawn = st.builds(
        make_fact,
        st.sampled_from(("pardon", "custody", "custody", "died", "release", "alias")),
        st.sampled_from(names),
        st.sampled_from(DAYS),
        ended=st.sampled_from((None, None, "2018", "")),
    )
    facts = data.draw(st.lists(drawn, min_size=2, max_size=8))
    compare_states(
        database,
        f"talks-{next(TALKS)}",
        facts,
        data.draw(st.lists(st.sampled_from(AS_OF), max_size=4)),
    )
