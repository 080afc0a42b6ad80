"""The types of fields that hold names: of somebody, a place, a post or a population.

The types are the only list of these fields. A name is a text, or a text with an id, which tells two people of the same
name apart.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args, get_type_hints

from domain.naming import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_ID: Final = 255
TOGETHER: Final = "; "
"""Stands between those who are in a key together."""
_BY_ID: Final = "\x1e"
"""The character between a folded name and an id in a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name with an id: any text that tells people of one name apart, such as "wikidata:Q42" or "list:17"."""

    name: str
    id: str


Name = str | Named
Together = tuple[Name, ...]
"""Several who stand in a key together, as all that sign an agreement do."""


class Sort(Enum):
    """The sort of thing that a name names. An alias leads to a name of the same sort."""

    __hash__ = object.__hash__  # Enum hashes the name of a member anew each time

    SOMEBODY = "somebody"
    PLACE = "place"
    POST = "post"
    POPULATION = "population"


class Being(Enum):
    """Whether a field can only name people, or only bodies."""

    __hash__ = object.__hash__

    PERSON = "person"
    BODY = "body"


Somebody = Annotated[Name, Sort.SOMEBODY]
"""A person or a body."""
Person = Annotated[Name, Sort.SOMEBODY, Being.PERSON]
Body = Annotated[Name, Sort.SOMEBODY, Being.BODY]
Place = Annotated[str, Sort.PLACE]
Post = Annotated[str, Sort.POST]
Population = Annotated[str, Sort.POPULATION]


def text_of(name: Name) -> str:
    """The text of a name, without its id."""
    return name.name if isinstance(name, Named) else name


def key_of(name: Name | Together) -> str:
    """The key part for a name: the folded text, followed by the id if it has one; for several, all in their order."""
    if isinstance(name, tuple):
        return join_parts(map(key_of, name))
    return key_of_id(name.name, name.id) if isinstance(name, Named) else fold_name(name)


def join_parts(parts: Iterable[str]) -> str:
    """One part of a key for several people or places that belong to it together, in any order."""
    return TOGETHER.join(sorted(parts))


def names_in_part(part: str) -> list[str]:
    """The key parts in one that may be of several together, and that part itself."""
    return [part, *part.split(TOGETHER)] if TOGETHER in part else [part]


def key_of_id(name: str, id_: str) -> str:
    """The key part for a name with an id."""
    return f"{fold_name(name)}{_BY_ID}{id_}"


def id_in(part: str) -> str | None:
    """The id in a key part; None if the part has no id."""
    _, by, id_ = part.partition(_BY_ID)
    return id_ if by else None


def name_in(part: str) -> str:
    """The name in a key part, without its id."""
    return part.partition(_BY_ID)[0]


def fields_naming(cls: type) -> Mapping[str, Sort]:
    """{field: sort} of the fields of a dataclass that hold names, in the order of the fields."""
    if cls not in _FIELDS:
        _FIELDS[cls] = _fields_naming(cls)
    return _FIELDS[cls]


def _fields_naming(cls: type) -> Mapping[str, Sort]:
    hints = get_type_hints(cls, include_extras=True)
    names = (field.name for field in dataclasses.fields(cls))
    sorts = {name: _sort(hints[name]) for name in names}
    return {name: sort for name, sort in sorts.items() if sort is not None}


def names_in(value: object, sort: Sort) -> Iterable[Name]:
    """The names of one sort in an object's fields; fields of its own kind come before those of all kinds."""
    for field in _fields_of_sort(type(value), sort):
        names = getattr(value, field)
        if isinstance(names, tuple):
            yield from names
        elif names is not None:
            yield names


def _fields_of_sort(cls: type, sort: Sort) -> tuple[str, ...]:
    by_sort = _BY_SORT.get(cls)
    if by_sort is None:
        named = sorted(fields_naming(cls).items(), key=lambda field: field[0] in _COMMON)
        by_sort = _BY_SORT[cls] = {
            sort: tuple(name for name, of in named if of is sort) for sort in Sort
        }
    return by_sort[sort]


def beings_in(value: object, being: Being) -> Iterable[Name]:
    """The names in those fields of an object that can only name a person, or only a body."""
    for field in _fields_of(type(value), being):
        names = getattr(value, field)
        if isinstance(names, tuple):
            yield from names
        elif names is not None:
            yield names


def _fields_of(cls: type, being: Being) -> tuple[str, ...]:
    by_being = _BY_BEING.get(cls)
    if by_being is None:
        hints = get_type_hints(cls, include_extras=True)
        metadata = {field: _metadata(hints[field]) for field in fields_naming(cls)}
        by_being = _BY_BEING[cls] = {
            being: tuple(field for field, of in metadata.items() if being in of) for being in Being
        }
    return by_being[being]


def _metadata(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401 -- a type hint is anything
    """The annotations of a type hint, at any depth: also inside a list or an optional."""
    inside = (item for part in get_args(hint) for item in _metadata(part))
    return (*getattr(hint, "__metadata__", ()), *inside)


_COMMON: Final = frozenset({"people", "places"})
_BY_BEING: Final[dict[type, Mapping[Being, tuple[str, ...]]]] = {}
_BY_SORT: Final[dict[type, Mapping[Sort, tuple[str, ...]]]] = {}
_FIELDS: Final[dict[type, Mapping[str, Sort]]] = {}


def _sort(hint: Any) -> Sort | None:  # noqa: ANN401 -- a type hint is anything
    """The sort that a type hint is annotated with, also inside a list or an optional; None if there is none."""
    sort = next(
        (each for each in getattr(hint, "__metadata__", ()) if isinstance(each, Sort)), None
    )
    inside = (_sort(each) for each in get_args(hint) if not isinstance(each, Sort))
    return sort or next((each for each in inside if each is not None), None)
