"""The names that a form completes: people under every spelling, places, posts and populations of the record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from api.commands.importing.described import describe_columns

if TYPE_CHECKING:
    from api.web.page import Page

__all__ = ["names_known"]

PEOPLE: Final = "somebody"
_OTHERS: Final = frozenset({"place", "post", "population"})
MOST: Final = 500
"""How many people are asked for, and how many facts for the other names."""


async def names_known(page: Page, *, live: bool = False) -> dict[str, list[dict[str, Any]]]:
    """The names of each sort, each with its other spellings; none for a page that is fetched while somebody types.

    It is the first question of a page with a form, so a negotiation that is not seen is refused here.
    """
    people = await page.ask("/people", {"limit": "1" if live else str(MOST)}, cuts={})
    if live:
        return {}
    facts = await page.ask("/timeline", {"limit": str(MOST)}, cuts={})
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for record in facts["items"]:
        for sort, name in _named(record["fact"]):
            found[sort][name] += 1
    others = {
        sort: [{"name": name, "also": []} for name, _ in names.most_common()]
        for sort, names in found.items()
    }
    return {PEOPLE: [*_spelled(people["items"])], **others}


def _spelled(people: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for person in people:
        for spelling in person["spellings"] or [person["name"]]:
            also = [name for name in person["spellings"] if name != spelling]
            yield {"name": spelling, "also": also}


def _named(fact: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The names in a fact, other than people's, with what they are names of."""
    for column in describe_columns(fact["kind"]):
        held = fact.get(column["column"])
        if column["names"] in _OTHERS and held:
            for name in held if isinstance(held, list) else [held]:
                yield column["names"], name if isinstance(name, str) else name["name"]
