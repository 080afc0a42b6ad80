"""An alias leads to the name that it stands for, through any chain or ring of aliases."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ContentError
from domain.kinds.envoys import Alias
from domain.named import Named, Sort
from domain.naming import fold_name
from domain.views.naming import MOST_TERMS, Names
from domain.views.terms import borne_by
from tests.domain.views.steps import steps
from tests.examples import fact
from tests.strategies import SOME
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Callable


def names(*aliases: tuple[str, str]) -> Names:
    log = Log()
    for name, same_as in aliases:
        log.record(fact("alias", name=name, same_as=same_as))
    return Names.of(log.slice())


def test_a_name_without_an_alias_is_itself() -> None:
    assert names().canonical("John Coale") == "John Coale"


@pytest.mark.parametrize("written", ["John Cole", "john  cole", " JOHN COLE "])
def test_an_alias_is_followed_without_regard_to_case_and_blanks(written: str) -> None:
    assert names(("John Cole", "John Coale")).canonical(written) == "John Coale"


def test_aliases_are_followed_to_the_end() -> None:
    listed_names = names(("A", "B"), ("B", "C"), ("C", "D"))
    assert [listed_names.canonical(name) for name in "ABCD"] == ["D", "D", "D", "D"]


def test_a_name_that_is_an_alias_of_itself_only_fixes_its_spelling() -> None:
    assert names(("john coale", "John Coale")).canonical("JOHN COALE") == "John Coale"


def test_names_in_a_ring_are_one_name() -> None:
    for aliases in ((("A", "B"), ("B", "A")), (("B", "A"), ("A", "B"))):
        listed_names = names(*aliases)
        assert listed_names.canonical("A") == listed_names.canonical("B") == "A"
    listed_names = names(("D", "C"), ("C", "B"), ("B", "A"), ("A", "C"))
    assert {listed_names.canonical(name) for name in "ABCD"} == {"A"}


@pytest.mark.parametrize("order", [1, -1])
def test_a_name_that_aliases_lead_to_two_names_leads_to_neither(order: int) -> None:
    listed_names = names(*(("Cole", "Nat Cole"), ("Cole", "John Coale"), ("C.", "Cole"))[::order])
    assert [listed_names.canonical(name) for name in ("Cole", "C.", "Nat Cole")] == [
        "Cole",
        "Cole",
        "Nat Cole",
    ]
    assert listed_names.meant("Cole") == ["John Coale", "Nat Cole"]
    assert listed_names.bearers("c.") == {"john coale", "nat cole"}


@pytest.mark.parametrize("order", [1, -1])
def test_two_aliases_of_one_name_agree_where_another_makes_their_ends_one(order: int) -> None:
    listed_names = names(
        *(("Cole", "Nat Cole"), ("Cole", "John Coale"), ("Nat Cole", "John Coale"))[::order]
    )
    assert {listed_names.canonical(name) for name in ("Cole", "Nat Cole")} == {"John Coale"}
    back = names(*(("Cole", "Nat Cole"), ("Cole", "John Coale"), ("Nat Cole", "Cole"))[::order])
    assert {back.canonical(name) for name in ("Cole", "Nat Cole")} == {"John Coale"}
    log = Log()
    log.record(fact("alias", name="Cole", same_as=Named(name="Nat Cole", id="1")))
    log.record(fact("alias", name="Cole", same_as=Named(name="John Coale", id="1")))
    assert Names.of(log.slice()).key("Cole") == Names.of(log.slice()).key(Named(name="Nat", id="1"))


def test_of_two_aliases_for_one_name_the_preferred_one_counts() -> None:
    log = Log()
    first = log.record(fact("alias", name="Cole", same_as="Nat Cole"))
    log.record(fact("alias", name="Cole", same_as="John Coale"))
    log.prefer(first)
    assert Names.of(log.slice()).canonical("Cole") == "Nat Cole"


@SOME
@given(data=st.data())
def test_the_order_of_aliases_means_nothing(data: st.DataObject) -> None:
    letters = st.sampled_from("ABCDE")
    pairs = data.draw(st.lists(st.tuples(letters, letters), max_size=8))
    other = data.draw(st.permutations(pairs))
    one, two = names(*pairs), names(*other)
    for name in "ABCDE":
        assert one.canonical(name) == two.canonical(name)
        assert one.meant(name) == two.meant(name)


def test_an_alias_counts_at_every_day_and_not_once_it_is_withdrawn() -> None:
    log = Log()
    id_ = log.record(fact("alias", name="Cole", same_as="Coale", valid="2025-11-26"))
    assert Names.of(log.slice(as_of="2020-11-25")).canonical("Cole") == "Coale"
    assert Names.of(log.slice(as_known_at="2025-11-30", position=1)).canonical("Cole") == "Cole"
    log.retract(id_)
    assert Names.of(log.slice(as_of="2025-11-26")).canonical("Cole") == "Cole"


def test_an_alias_leads_on_among_names_of_its_own_sort() -> None:
    log = Log()
    sorts = ("post", "place", "population", "organisation")
    for of in sorts:
        log.record(fact("alias", name="X", same_as=f"X as {of}", of=of))
    meanings = Names.of(log.slice())
    ends = [meanings.canonical("X", sort) for sort in (Sort.POST, Sort.PLACE, Sort.POPULATION)]
    assert [*ends, meanings.canonical("X")] == [f"X as {of}" for of in sorts]


def test_the_keys_of_the_state_follow_aliases_of_every_sort() -> None:
    log = Log()
    for of, name in (("post", "envoy"), ("population", "prisoners"), ("organisation", "Viasna")):
        log.record(fact("alias", name=name, same_as=f"the {name}", of=of, valid="2030"))
        for each in (name, f"The {name}"):
            if of == "post":
                log.record(fact("mission", post=each))
            else:
                counted = {"population": each} if of == "population" else {"counted_by": each}
                log.record(fact("prisoner_count", **counted))
    state = log.state()
    assert [fold_name(mission["post"]) for mission in state["missions"]] == ["the envoy"]
    held = [(each["population"], each["counted_by"]) for each in state["prisoners"]["held"]]
    assert len(held) == len(set(held)) == 2


def name_bearers(*named: Named | str) -> Names:
    log = Log()
    for each in named:
        log.record(fact("custody", person=each, valid="2030"))
    return Names.of(log.slice())


def test_a_bare_name_is_whose_id_alone_bears_it_and_nobodys_where_two_do() -> None:
    ann, other = Named(name="Ann", id="1"), Named(name="ANN", id="2")
    assert name_bearers(ann).resolve("ann") == Named(name="ann", id="1")
    assert name_bearers(ann, other).resolve("Ann") == "Ann"
    assert name_bearers(ann, other).ids("Ann") == ["1", "2"]
    assert name_bearers("Ann").resolve("Ann") == "Ann"
    married = Named(name="Ann Other", id="1")
    assert name_bearers(ann, married).key(ann) == name_bearers(ann, married).key(married)
    assert name_bearers(ann, other).key(ann) != name_bearers(ann, other).key(other)


def make_aliases(same_as: dict[str, str]) -> Names:
    """Names with aliases of people."""
    bare: dict[str, Any] = {"valid": "2025", "summary": "an alias", "citations": ()}
    return Names([Alias(name=name, same_as=end, **bare) for name, end in same_as.items()])


def test_an_alias_may_lead_to_one_of_two_people_of_one_name() -> None:
    log = Log()
    for id_ in ("1", "2"):
        person = Named(name="Ann Example", id=id_)
        log.record(fact("custody", person=person, valid="2025-01-10/.."))
    log.record(fact("alias", name="A. Example", same_as=Named(name="Ann Example", id="2")))
    log.record(fact("release", people=("A. Example",), valid="2025-09-11"))
    found = [(each["person_id"], each["status"]) for each in log.state()["custody"]]
    assert found == [("1", "sentenced"), ("2", "free")]


def test_a_spelling_of_a_spelling_leads_to_the_same_id_unless_another_id_bears_it() -> None:
    log = Log()
    for name, id_ in (("Ann Example", "1"), ("Ann Example", "2"), ("Ann", "3")):
        log.record(fact("custody", person=Named(name=name, id=id_), valid="2025-01-10/.."))
    ways = (("Annie", "A. Example"), ("Nan", "annie"), ("Annika", "Ann"), ("Ann", "A. Ex"))
    for spelling, led in ways:
        log.record(fact("alias", name=spelling, same_as=led))
    for spelling in ("A. Example", "A. Ex"):
        log.record(fact("alias", name=spelling, same_as=Named(name="Ann Example", id="2")))
    meant = Names.of(log.slice())
    younger = Named(name="Ann Example", id="2")
    assert [meant.resolve(name) for name in ("A. Example", "Annie", "NAN")] == [younger] * 3
    assert [meant.meant(name) for name in ("Ann", "A. Ex", "Annika")] == [["1", "2", "3"]] * 3
    assert meant.resolve("Annika") == "Ann Example"


NAMED = st.sampled_from("ABCDE")
WITH_ID = st.builds(Named, name=NAMED, id=st.sampled_from("12"))


@SOME
@given(st.lists(st.tuples(NAMED | WITH_ID, NAMED | WITH_ID), max_size=6), st.lists(WITH_ID))
def test_a_filter_by_an_id_finds_every_name_that_means_this_person(
    pairs: list[tuple[Named | str, Named | str]], people: list[Named]
) -> None:
    bare: dict[str, Any] = {"valid": "2025", "summary": "an alias", "citations": ()}
    aliases = [Alias(name=name, same_as=led, **bare) for name, led in pairs]
    borne = [each for alias in aliases for each in borne_by(alias)]
    borne += [(fold_name(each.name), each.id) for each in people]
    meant = Names(aliases, borne)
    for name in "ABCDE":
        one = meant.resolve(name)
        if isinstance(one, Named):
            assert ("person", fold_name(name)) in meant.terms("person", one.id)
            assert meant.terms("person", name) <= meant.terms("person", one.id) | {
                ("person", fold_name(name))
            }


@SOME
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("ABCDEF")), st.sampled_from("abcdef")
)
def test_a_canonical_name_is_its_own_and_that_of_every_name_on_the_way(
    same_as: dict[str, str], name: str
) -> None:
    leaders = make_aliases(same_as)
    end = leaders.canonical(name)
    assert fold_name(leaders.canonical(end)) == fold_name(end)
    if name in same_as:
        assert leaders.canonical(same_as[name]) == end


def follow_aliases(same_as: dict[str, str], name: str) -> str:
    """The definition: follow aliases one by one, until there is none or one repeats."""
    way: dict[str, str] = {}
    while (key := fold_name(name)) in same_as:
        if key in way:
            met = list(way)
            return min((way[each] for each in met[met.index(key) :]), key=fold_name)
        name = way[key] = same_as[key]
    return name


@SOME
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("ABCDEFGHI")))
def test_each_name_leads_where_following_its_aliases_one_by_one_leads(
    same_as: dict[str, str],
) -> None:
    leaders = make_aliases(same_as)
    for name in "abcdefghijABCDEFGHIJ":
        assert leaders.canonical(name) == follow_aliases(same_as, name)


@pytest.mark.parametrize("closed", [False, True], ids=["chain", "ring"])
def test_a_way_of_twice_as_many_aliases_costs_about_twice_as_much(*, closed: bool) -> None:
    def prepare_resolving(number: int) -> Callable[[], object]:
        names = [f"{n:05}" for n in range(number)]
        same_as = dict(pairwise(names))
        if closed:
            same_as[names[-1]] = names[0]

        def resolve() -> None:
            leaders = make_aliases(same_as)
            ends = {leaders.canonical(name) for name in names}
            assert ends == {names[0] if closed else names[-1]}

        return resolve

    assert steps(prepare_resolving(4_000)) < 3 * steps(prepare_resolving(2_000))


def test_a_filter_by_a_name_of_twice_as_many_spellings_and_ids_costs_about_twice_as_much() -> None:
    def prepare_filtering(number: int) -> Callable[[], object]:
        log = Log()
        for n in range(number):
            log.record(fact("alias", name=f"Name {n}", same_as="Ann Example"))
            log.record(fact("custody", person=Named(name="Ann Example", id=f"list:{n}")))
        meanings = Names.of(log.slice())

        def look() -> None:
            assert len(meanings.terms("person", "Name 1")) == number + 1

        return look

    assert steps(prepare_filtering(800)) < 3 * steps(prepare_filtering(400))


def test_a_filter_is_refused_for_more_spellings_than_a_statement_takes() -> None:
    leaders = make_aliases({f"Name {n}": "Ann Example" for n in range(MOST_TERMS)})
    assert leaders.terms("person", "Zoë Example") == {("person", "zoe example")}
    for asked in ("Name 999", "ann example"):
        with pytest.raises(ContentError) as refused:
            leaders.terms("person", asked)
        assert [fault.pointer for fault in refused.value.faults] == ["/person"]
    few = make_aliases({f"Name {n}": "Ann Example" for n in range(MOST_TERMS - 1)})
    assert len(few.terms("person", "name 7")) == MOST_TERMS
