"""The terms by which a filter finds a fact: the names and places in it, folded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.named import Named, text_of
from domain.naming import fold_for_search, fold_name, shorten_key

if TYPE_CHECKING:
    from domain.fact import Fact

BORNE: Final = "borne"
"""The field of terms that hold a name with its id; terms of `person` and `place` hold a name alone."""
PART: Final = "\x1f"
"""The character between a name and its id in a term."""

Borne = tuple[str, str]
"""A folded name, or its hash where it is long, and an id that bears it."""


def borne_by(fact: Fact) -> set[Borne]:
    """The names with an id in a fact, as (folded name, id)."""
    named = (name for name in fact.list_names() if isinstance(name, Named))
    return {(shorten_key(fold_name(name.name)), name.id) for name in named}


def terms_of(fact: Fact) -> set[tuple[str, str]]:
    """The names and places by which a fact is found, as (field, term)."""
    terms = {("person", shorten_key(fold_for_search(text_of(name)))) for name in fact.list_names()}
    terms |= {("place", shorten_key(fold_for_search(place))) for place in fact.list_places()}
    return terms | {(BORNE, f"{name}{PART}{id_}") for name, id_ in borne_by(fact)}
