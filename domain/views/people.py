"""Lists the people whom facts name: one item for each id, and one for each name without an id.

Aliases are followed first. The status of a person is that of their entry in the state's custody section.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints
from uuid import UUID

from domain.kinds.prisoners import CUSTODY, Custody
from domain.named import Being, Name, Named, beings_in, text_of
from domain.naming import by_letters, fold_for_search
from domain.sought import AllOf, holds_terms
from domain.views.alike import find_led_apart, index_names, join_hints
from domain.views.answers import Answers
from domain.views.custody import FREE, HELD, PARDONED, CustodyEntries
from domain.views.full_text import list_words
from domain.views.naming import AMBIGUOUS, Names
from domain.views.rivalry.rivals import find_last_reported
from domain.views.sections import Listed, bound_list, place_of
from domain.views.versions import FactVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from domain.time.perspective import Perspective
    from domain.views.alike import Likeness, Somebody
    from domain.views.sections import Place, Rest

TIMELINE: Final = "timeline"
_TOGETHER: Final = 100
"""For how many people the custody entries are read at once."""
_OF_ENTRY: Final = ("status", "since", "certainty", "contested", "last_reported", "fact")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """Which people a list keeps; None keeps all. `person` is a spelling of a name, or an id.

    `parties` are the parties of the negotiation, which are not listed.
    """

    status: str | None = None
    q: AllOf | None = None
    person: str | None = None
    parties: Sequence[str] = ()


@dataclass
class _Person:
    """A person, with the spellings and facts that name them; `ids` are all ids that bear their name."""

    name: str
    id: str | None
    ids: Sequence[str]
    known_to_be: str | None = None
    spellings: set[str] = field(default_factory=set)
    facts: list[FactVersion] = field(default_factory=list)

    @cached_property
    def description(self) -> dict[str, Any]:
        """The fields of the person's item that do not depend on `as_of`, without the hints."""
        about = {"name": self.name, "id": self.id, "known_to_be": self.known_to_be}
        several = {AMBIGUOUS: list(self.ids)} if len(self.ids) > 1 else {}
        return {**about, **several, "spellings": sorted(self.spellings)}

    @cached_property
    def last_reported(self) -> str | None:
        """The latest publication date of all facts that name the person."""
        return find_last_reported(version.record.fact for version in self.facts)


def list_statuses() -> list[str]:
    """The statuses that a list of people can be filtered by."""
    return [*get_args(get_type_hints(Custody)["status"]), FREE, PARDONED, HELD]


def list_people(
    versions: Sequence[FactVersion],
    names: Names,
    perspective: Perspective,
    wanted: PeopleFilter,
    rest: Rest | None = None,
) -> Listed:
    """The people whom some facts name and whom the filter keeps, in the order of folded names.

    An item is {name, id, known_to_be, spellings, status, since, certainty, contested, last_reported, fact, external_id,
    facts, may_be}, and `ambiguous` if several ids bear the name. Names that are known only as names of bodies are left
    out. `known_to_be` is "person", or None if no fact shows it. Without an entry in the custody section, its fields are
    None, except `last_reported`, which then comes from all facts that name the person. `rest` is as for the state; with
    the path TIMELINE it gives the address of the facts that name a person, by their id or name.
    """
    denied = any(True for version in versions for _ in version.record.fact.denies())
    alone = wanted.status is None and not (denied or names.doubtful)
    answers = None if alone else Answers.of(versions, names, CUSTODY)
    everyone = Everyone(versions, names, wanted.parties)
    return filter_people(everyone, answers, perspective, wanted, rest)


def find_meant(versions: Iterable[FactVersion], names: Names, wanted: str) -> list[str]:
    """The keys of the people whom some facts name and whom an id or a spelling may mean, in order; bodies too."""
    people = Everyone(versions, names, ()).people
    means = _make_meaning_test(wanted, names.apart())
    return [str(place[0]) for place, person in people.items() if means(place, person)]


class Everyone:
    """{place: person} of all people whom some facts name, at any `as_of`; in the order of their keys in the state.

    Bodies and the negotiation's `parties` are left out. With `keys` only the people with these keys are there;
    `related` are the keys of others who may be hints for them. `index` makes from these people the index of all
    names that are written much like theirs.
    """

    def __init__(
        self,
        versions: Iterable[FactVersion],
        names: Names,
        parties: Iterable[Name],
        keys: Collection[str] | None = None,
        index: Callable[[Collection[Somebody]], Likeness] = index_names,
        related: Collection[str] = (),
    ) -> None:
        self.names = names
        known = None if keys is None else {*keys, *related}
        self._known = _everyone(versions, names, parties, known)
        self.people = self._known
        if keys is not None and related:
            shown = {place_of((key,)) for key in keys}
            self.people = {place: each for place, each in self._known.items() if place in shown}
        self._index = index
        self._hints: dict[Place, list[dict[str, Any]]] = {}

    def may_be(self, place: Place) -> list[dict[str, Any]]:
        """Hints about who else the person at a place may be; they are found once and kept."""
        hints = self._hints.get(place)
        if hints is None:
            person = self.people[place]
            alike = self._likeness.of(person.name, person.id)
            hints = self._hints[place] = join_hints(self._led.get(place, []), alike)
        return hints

    @cached_property
    def _likeness(self) -> Likeness:
        return self._index(self.people.values())

    @cached_property
    def _led(self) -> dict[Place, list[dict[str, Any]]]:
        return find_led_apart(self._known, self.names)


def filter_people(
    everyone: Everyone,
    answers: Answers | None,
    perspective: Perspective,
    wanted: PeopleFilter,
    rest: Rest | None,
) -> Listed:
    """The list of `list_people`, from everyone whom the facts name and the answers of at least the custody section.

    Without answers the entry of each person is made when it is shown, from the facts that name them. This is right only
    if no name may mean several people (`Names.doubtful`), and no fact denies another.
    """
    people = everyone.people
    places = [place for place, person in people.items() if _is_called(person, wanted.q)]
    if wanted.person is not None:
        means = _make_meaning_test(wanted.person, everyone.names.apart())
        places = [place for place in places if means(place, people[place])]
    keeps = None
    if answers is None:
        entry_at = _entries_together(everyone, places, perspective)
    else:
        entries = CustodyEntries(answers, perspective)
        keeps = _make_status_test(wanted.status, entries, places)

        def entry_at(index: int) -> dict[str, Any]:
            return entries.entry(places[index])

    def item(index: int) -> dict[str, Any]:
        person, shown = people[places[index]], entry_at(index)
        fields = {name: shown.get(name) for name in _OF_ENTRY}
        fields["external_id"] = _external_id(person, shown)
        if not shown:
            fields["last_reported"] = person.last_reported
        may_be = everyone.may_be(places[index])
        about = {**person.description, **fields, "facts": len(person.facts), "may_be": may_be}
        if rest is None:
            return about
        about = bound_list(about, AMBIGUOUS, rest("people", places[index]))
        return bound_list(about, "spellings", rest(TIMELINE, (person.id or person.name,)))

    def facts(index: int) -> Iterable[tuple[int, Callable[[], Iterable[Name]]]]:
        versions = people[places[index]].facts
        return ((each.first_position, each.record.fact.list_names) for each in versions)

    return Listed(places, item, keeps=keeps, facts=facts)


def _make_status_test(
    status: str | None, entries: CustodyEntries, places: Sequence[Place]
) -> Callable[[int], bool] | None:
    """A test of whether the person at an index has a status; None if every status is wanted."""
    if status is None:
        return None
    if status == HELD:
        return lambda index: entries.holds(places[index])
    return lambda index: entries.shows(places[index], status)


def _entries_together(
    everyone: Everyone, places: Sequence[Place], perspective: Perspective
) -> Callable[[int], dict[str, Any]]:
    """A function that gives the custody entry of the person at an index; it makes those of neighbours together.

    So a fact that names many of these people is read once, not once for each person.
    """
    read: dict[int, dict[Place, dict[str, Any]]] = {}

    def entry(index: int) -> dict[str, Any]:
        begin = index - index % _TOGETHER
        if begin not in read:
            shown = places[begin : begin + _TOGETHER]
            naming = (version for place in shown for version in everyone.people[place].facts)
            facts = {version.first_position: version for version in naming}
            answers = Answers.of([facts[at] for at in sorted(facts)], everyone.names, CUSTODY)
            entries = CustodyEntries(answers, perspective)
            read[begin] = {place: entries.entry(place) for place in shown}
        return read[begin].get(places[index], {})

    return entry


def _everyone(
    versions: Iterable[FactVersion],
    names: Names,
    parties: Iterable[Name],
    keys: Collection[str] | None,
) -> dict[Place, _Person]:
    people: dict[str, _Person] = {}
    called: dict[Name, _Person] = {}
    persons: set[Name] = set()
    bodies: set[Name] = set(parties)
    for version in versions:
        fact = version.record.fact
        persons.update(beings_in(fact, Being.PERSON))
        bodies.update(fact.bodies())
        for name in fact.list_names():
            person = called.get(name)
            if person is None:
                person = called[name] = _find_person(name, people, names)
            if not person.facts or person.facts[-1] is not version:
                person.facts.append(version)
    for name in persons:
        called[name].known_to_be = Being.PERSON.value
    others = {
        key for key in map(names.key, bodies) if key in people and not people[key].known_to_be
    }
    listed = (people.keys() if keys is None else people.keys() & keys) - others
    return {place_of((key,)): people[key] for key in sorted(listed)}


def _find_person(name: Name, people: dict[str, _Person], names: Names) -> _Person:
    """The person in `people` whom a name means, added if missing; their spellings then include this one."""
    known, key = names.resolve(name), names.key(name)
    person = people.get(key)
    if person is None:
        id_, meant = (known.id, ()) if isinstance(known, Named) else (None, names.meant(known))
        person = people[key] = _Person(text_of(known), id_, meant)
    elif text_of(known) != person.name:
        person.name = min(person.name, text_of(known), key=by_letters)
    person.spellings.add(text_of(name))
    return person


def _external_id(person: _Person, entry: Mapping[str, Any]) -> str | None:
    """The external id of the fact that an entry shows."""
    if entry.get("fact") is None:
        return None
    shown, records = UUID(entry["fact"]["id"]), (version.record for version in person.facts)
    return next((record.fact.external_id for record in records if record.id == shown), None)


def _is_called(person: _Person, q: AllOf | None) -> bool:
    return q is None or holds_terms(q, list_words(sorted({person.name, *person.spellings})))


def _make_meaning_test(wanted: str, names: Names) -> Callable[[Place, _Person], bool]:
    """A test of whether an id or a spelling may mean a person, by the rule of the timeline's filter."""
    keys = {place_of((key,)) for key in (names.key(wanted), *names.bearers(wanted))}
    folded = fold_for_search(wanted)

    def means(place: Place, person: _Person) -> bool:
        spelt = map(fold_for_search, (person.name, *person.spellings))
        return place in keys or person.id == wanted or folded in spelt

    return means
