"""Hypothesis strategies for facts of every registered kind, and for instants at which they change.

Names, matters and posts come from small pools, so that rivals, successions and aliases occur.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

import domain.kinds  # noqa: F401 -- registers the kinds that are drawn
from domain.fact import KINDS, Fact
from domain.named import Name, Named
from domain.number.language import Comparator
from domain.provenance import Attribution, Citation, Link, Relation
from domain.quantity import Basis, Quantity
from domain.time.instant import BEGINNING, END, parse_instant
from domain.time.valid_time import ValidTime, strict_upper

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR
#: The record time of the first event of a drawn history.
OPENED: Final = parse_instant("2025-09-20T12:00:00Z")

NAMES: Final = (
    "John Coale",
    "John Cole",
    "Ihar Losik",
    "Łukasz Nowak",
    "Юлия",
    "ihar\u00a0losik",
)
"""The last looks the same as the third, in other characters."""
PLACES: Final = ("Minsk", "Vilnius", "Białystok")
MATTERS: Final = ("sep11-count", "envoy", "losik", "Losik ")
TEXTS: Final = (
    "political prisoners",
    "sanctions on Belavia",
    "Special Envoy",
    "Viasna",
    "the embassy",
)
PUBLISHERS: Final = ("Reuters", "reuters", "LIGA.net", "Kyiv Independent", "Viasna")
VALID: Final = (
    "2025-09-11",
    "2025-09-11T10:20:30Z",
    "2025-09-10",
    "2025-09",
    "2025",
    "2025-11-09",
    "2025-09-11/2025-11-09",
    "2025-09/2025-10",
    "2025-11-09/..",
    "2025-09-11/..",
    "2025-09-11/",
    "../2025-09-30",
    "/2025-10",
    "2025-09-1X",
    "2025-09~",
    "2025-09-11?",
    "[2025-09-10,2025-09-12]",
    "[2025-09-10..2025-09-13]",
    "{2025-09-11,2025-11-09}",
    "1994-07-20/..",
    "-0044-03-15",
    "2027-01",
    "2030-XX",
    "Y170000002",
)
PUBLISHED: Final = (
    "2020-05",
    "2025-09-10",
    "2025-09-11",
    "2025-09-11?",
    "2025-09-11T10:20:30Z",
    "2025-09-12",
    "2025-09",
    "2025-10-01",
    "2025-11-26",
    "2027-01-01",
)


@cache
def valid_times() -> SearchStrategy[str]:
    """EDTF: exact, vague, open, unknown, sets, long ago and in the future."""
    days = st.integers(1, 30).map("2025-10-{:02d}".format)
    return st.one_of(st.sampled_from(VALID), days, days.map("{}/..".format))


@cache
def published_days() -> SearchStrategy[str | None]:
    """When something was made public; None if nothing is said of it."""
    return st.none() | st.sampled_from(PUBLISHED)


@cache
def citations() -> SearchStrategy[Citation]:
    """Citations, some of them reprints, some without a day."""
    return st.builds(
        Citation,
        publisher=st.sampled_from(PUBLISHERS),
        title=st.none() | st.sampled_from(TEXTS),
        url=st.none() | st.just("https://example.org/report"),
        published=published_days(),
        origin=st.none() | st.sampled_from(PUBLISHERS),
        attribution=st.none() | st.sampled_from(get_args(Attribution)),
        sources=st.none() | st.integers(0, 3),
        grade=st.none() | st.sampled_from(("A1", "B2", "F6")),
        quote=st.none() | st.sampled_from(TEXTS),
        language=st.none() | st.sampled_from(("uk", "en-GB")),
    )


TOLD: Final = (
    "52",
    "at least 50",
    "fewer than 100",
    "about fifty",
    "50 to 60",
    "dozens",
    "not more than 14",
)
"""Numbers in the words of a source, without a value."""


def quantities(what: SearchStrategy[str] | None = None) -> SearchStrategy[Quantity]:
    """Counts with bounds: by a value, by a range, or by words."""
    counted = what or st.sampled_from(("released", "pardoned", "held", TEXTS[0]))
    basis = st.none() | st.sampled_from(get_args(Basis))
    valued = st.builds(
        Quantity,
        what=counted,
        comparator=st.sampled_from(get_args(Comparator)),
        value=st.sampled_from((0, 1, 14, 50, 51, 52, 100, 10**15)),
        text=st.none() | st.just("the paper's own count"),
        basis=basis,
    ).filter(lambda each: each.value != 0 or each.comparator not in ("lt", "approx"))
    ranged = st.builds(
        lambda what, basis, low, more: Quantity(
            what=what, basis=basis, low=low, high=None if more is None else low + more
        ),
        counted,
        basis,
        st.integers(0, 60),
        st.none() | st.integers(0, 60),
    )
    worded = st.builds(
        Quantity,
        what=counted,
        basis=basis,
        comparator=st.just("ge"),
        text=st.sampled_from(("Dozens of them", "hundreds")),
    )
    told = st.builds(Quantity, what=counted, basis=basis, text=st.sampled_from(TOLD))
    return st.one_of(valued, ranged, worded, told)


@cache
def names() -> SearchStrategy[Name]:
    """Names, some with an id that another name or another person may have too."""
    return st.sampled_from(NAMES) | names_with_ids()


@cache
def names_with_ids() -> SearchStrategy[Named]:
    """Names with an id."""
    ids = st.sampled_from(("1", "2", "Q3"))
    return st.builds(Named, name=st.sampled_from(NAMES), id=ids)


@cache
def links() -> SearchStrategy[Link]:
    """Links to facts by external id, some of which are never recorded."""
    target = st.integers(0, 9).map("external:F-{}".format)
    return st.builds(Link, relation=st.sampled_from(get_args(Relation)), fact=target)


def facts(kinds: SearchStrategy[str] | None = None) -> SearchStrategy[Fact]:
    """Facts of every registered kind, not yet checked, without an external id."""
    return (kinds or st.deferred(lambda: st.sampled_from(sorted(KINDS)))).flatmap(facts_of)


#: Fields of single kinds whose values are EDTF.
DATED: Final = {"sentence_ends": st.none() | st.sampled_from(VALID)}


@cache
def facts_of(kind: str) -> SearchStrategy[Fact]:
    """Facts of one kind; the kind's own fields are drawn by their types."""
    cls = KINDS[kind]
    hints = get_type_hints(cls)
    common = {field.name for field in dataclasses.fields(Fact)}
    own = {
        field.name: DATED[field.name] if field.name in DATED else _draw_type(hints[field.name])
        for field in dataclasses.fields(cls)
        if field.name not in common
    }
    return st.builds(
        cls,
        **own,
        valid=valid_times(),
        summary=st.sampled_from(("Fifty-two freed", "Двое освобождены", "An envoy\nnamed")),
        citations=st.lists(citations(), min_size=1, max_size=3).map(tuple),
        quantities=st.lists(quantities(), max_size=2).map(tuple),
        people=st.lists(names(), max_size=2, unique=True).map(tuple),
        places=st.lists(st.sampled_from(PLACES), max_size=2).map(tuple),
        parties=st.just(("Belarus", "United States")),
        matter=st.none() | st.sampled_from(MATTERS),
        links=st.lists(links(), max_size=2).map(tuple),
        external_id=st.none(),
        note=st.none() | st.just("as the article has it"),
    )


def _draw_type(hint: Any) -> SearchStrategy[Any]:  # noqa: ANN401 -- any annotation goes in
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if get_origin(hint) is tuple:
        return st.lists(_draw_type(get_args(hint)[0]), max_size=2).map(tuple)
    if get_origin(hint) in {Union, UnionType}:
        return st.one_of([_draw_type(part) for part in get_args(hint)])
    drawn = {
        NoneType: st.none(),
        Named: names_with_ids(),
        str: st.sampled_from((*NAMES[:3], *TEXTS[:3])),
    }
    return drawn[hint] if hint in drawn else st.from_type(hint)


@cache
def instants() -> SearchStrategy[int]:
    """Microseconds UTC, often just before, at or after a bound of a drawn date."""
    edges = {strict_upper(text) for text in PUBLISHED}
    for text in VALID:
        bounds = ValidTime.parse(text).bounds
        edges |= {bounds.start_earliest, bounds.start_latest, bounds.end_earliest}
    within = sorted(edge for edge in edges if BEGINNING < edge < END)
    recorded = st.builds(
        lambda days, hours: OPENED + days * DAY + hours * HOUR,
        st.integers(-1, 60),
        st.integers(0, 3),
    )
    at = st.sampled_from(within) | recorded
    return st.builds(int.__add__, at, st.sampled_from((-1, 0, 0, 1, 2)))
