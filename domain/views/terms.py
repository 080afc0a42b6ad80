"""The terms by which a filter finds a fact: the names and places in it, folded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.named import Named, text_of
from domain.naming import fold_for_search, fold_name, shorten_key

if TYPE_CHECKING:
    from domain.fact import Fact

PERSON: Final = "person"
"""The field of terms that hold the name of somebody, without accents."""
BORNE: Final = "borne"
"""The field of terms that hold a name with its id; terms of `person` and `place` hold a name alone."""
BODY: Final = "body"
"""The field of terms that hold the name of a body, with its accents."""
PART: Final = "\x1f"
"""The character between a name and its id in a term."""

Borne = tuple[str, str]
"""A folded name, or its hash where it is long, and an id that bears it."""


def borne_by(fact: Fact) -> set[Borne]:
    """The names with an id in a fact, as (folded name, id)."""
    named = (name for name in fact.list_names() if isinstance(name, Named))
    return {(shorten_key(fold_name(name.name)), name.id) for name in named}


def search_term(text: str) -> str:
    """The term by which a name or a place is found."""
    return shorten_key(fold_for_search(text))


def terms_of(fact: Fact) -> set[tuple[str, str]]:
    """The names and places by which a fact is found, as (field, term)."""
    terms = {(PERSON, search_term(text_of(name))) for name in fact.list_names()}
    terms |= {("place", search_term(place)) for place in fact.list_places()}
    terms |= {(BODY, shorten_key(fold_name(text_of(body)))) for body in fact.bodies()}
    return terms | {(BORNE, f"{name}{PART}{id_}") for name, id_ in borne_by(fact)}
