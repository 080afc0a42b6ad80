"""Lists the names that a form completes: people under every spelling, places, posts and populations of the record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from api.commands.importing.described import describe_columns
from domain.words import split_words

if TYPE_CHECKING:
    from api.web.page import Page

PEOPLE: Final = "somebody"
_OTHERS: Final = frozenset({"place", "post", "population"})
_SORTS_OF_ALIASES: Final = {name: name for name in _OTHERS} | {"organisation": PEOPLE}
"""By what an alias is `of`, the sort of its names; people are left out, as each is listed with all spellings."""
MOST: Final = 500
"""How many people are asked for, and how many facts for the other names."""
MOST_PEOPLE: Final = 20
MOST_FACTS: Final = 100
"""The same while somebody types: the more they type, the fewer begin so."""
LONGEST: Final = 200
"""How many characters of what is typed are looked at, the last ones."""
COMPLETING: Final = "completing"
"""The field of a form that names the field in which somebody types."""


@dataclass(frozen=True)
class Typing:
    """The field of a kind in which somebody types, and what stands in it; no column if it is none that takes a name."""

    kind: str
    column: str
    text: str

    @classmethod
    def of(cls, kind: str, fields: Mapping[str, str]) -> Typing | None:
        """Read it from a form that is checked while somebody types; None for any other form."""
        if "live" not in fields:
            return None
        column = fields.get(COMPLETING, "")
        return cls(kind, column, fields.get(column, ""))

    @property
    def sort(self) -> str | None:
        """What the field takes the names of."""
        return _columns(self.kind).get(self.column)

    @property
    def sought(self) -> str:
        """The search that finds the name of which this is the beginning; empty for no word."""
        words = self.text[-LONGEST:].rpartition(";")[2].replace('"', " ").split()
        return " ".join(f"{word.rstrip('*')}*" for word in words if split_words(word))


async def names_known(page: Page, typing: Typing | None = None) -> dict[str, list[dict[str, Any]]]:
    """The names of each sort, each with its other spellings; while somebody types, those that begin so.

    It is the first request of a page with a form, so a negotiation that is not seen is refused here.
    """
    if typing is not None:
        return await _find_names(page, typing)
    people = await people_known(page, {})
    facts = await page.ask("/timeline", {"limit": str(MOST)}, cuts={})
    return {PEOPLE: people, **_names_in(facts["items"], _OTHERS)}


async def people_known(page: Page, cuts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The names of people and bodies that facts which stand at some cuts name, each with its other spellings."""
    people = await page.ask("/people", {"limit": str(MOST)}, cuts=cuts)
    return [*_list_spellings(people["items"])]


async def _find_names(page: Page, typing: Typing) -> dict[str, list[dict[str, Any]]]:
    """The names in the whole record that begin as what somebody types; those of bodies where no person is found."""
    sort, sought = typing.sort, typing.sought
    if sort not in {PEOPLE, *_OTHERS} or not sought:
        await page.ask("/people", {"limit": "1"}, cuts={})
        return {}
    if sort == PEOPLE:
        people = await page.ask("/people", {"q": sought, "limit": str(MOST_PEOPLE)}, cuts={})
        if people["items"]:
            return {PEOPLE: [*_list_spellings(people["items"])]}
    facts = await page.ask("/timeline", {"q": sought, "limit": str(MOST_FACTS)}, cuts={})
    return _names_in(facts["items"], {sort})


def _names_in(
    records: Iterable[Mapping[str, Any]], sorts: Container[str | None]
) -> dict[str, list[dict[str, Any]]]:
    """The names of some sorts in facts, the most frequent first, each with what aliases say that it is also called."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    also: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in records:
        for sort, name in _list_names(record["fact"], sorts):
            counts[sort][name] += 1
        for sort, name, other in _list_aliases(record["fact"], sorts):
            counts[sort][name] += 1
            if other not in also[sort, name]:
                also[sort, name].append(other)
    return {
        sort: [{"name": name, "also": also[sort, name]} for name, _ in names.most_common()]
        for sort, names in counts.items()
    }


def _list_aliases(
    fact: Mapping[str, Any], sorts: Container[str | None]
) -> Iterator[tuple[str, str, str]]:
    """(sort, name, other name), both ways round, for the names of an alias that are of one of the sorts."""
    sort = _SORTS_OF_ALIASES.get(fact["of"]) if fact["kind"] == "alias" else None
    if sort in sorts and sort is not None:
        names = [
            name if isinstance(name, str) else name["name"]
            for name in (fact["same_as"], fact["name"])
        ]
        yield from ((sort, name, other) for name, other in (names, names[::-1]))


def _list_spellings(people: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for person in people:
        for spelling in person["spellings"] or [person["name"]]:
            also = [name for name in person["spellings"] if name != spelling]
            yield {"name": spelling, "also": also}


def _list_names(fact: Mapping[str, Any], sorts: Container[str | None]) -> Iterator[tuple[str, str]]:
    """The names of some sorts in a fact, with what they are names of."""
    for column, sort in _columns(fact["kind"]).items():
        value = fact.get(column)
        if sort in sorts and value:
            for name in value if isinstance(value, list) else [value]:
                yield sort, name if isinstance(name, str) else name["name"]


@cache
def _columns(kind: str) -> Mapping[str, str]:
    """The columns of a kind that hold names, each with the sort of name."""
    return {
        column["column"]: column["names"] for column in describe_columns(kind) if column["names"]
    }
