"""Describes the fields of each kind of fact, and the columns of a table of it, from the registry of kinds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from api.commands.examples import FACTS
from api.commands.importing.csv_columns import columns_of, singular_of
from domain.fact import KINDS, Fact
from domain.named import Named, Sort
from domain.provenance import Link

_FIRST: Final = ("external_id", "kind", "valid", "summary")
_LAST: Final = ("quantities", "citations", "links", "note")
_DATES: Final = frozenset({"valid", "published", "accessed", "sentence_ends"})
_DATE: Final = (
    "a date in EDTF: 2025-09-11, 2025-09, 2025-09-11/2025-09-20, 2025-09-11/.. (still so)"
)
_LIST: Final = "several separated by ;"
_SORTS: Final = {
    Sort.SOMEBODY: "a person or body",
    Sort.PLACE: "a place",
    Sort.POST: "a post",
    Sort.POPULATION: "the group that a number counts",
}
_SAID: Final = {
    "external_id": "your own unique name for the fact; with it, you can import a file again",
    "summary": "what the source says, in a sentence",
    "matter": "the question that several facts answer; write the same words in each of them",
    "people": f"names, {_LIST}",
    "places": f"places, {_LIST}",
    "parties": f"names of states or bodies, {_LIST}",
    "links": 'other facts, such as "confirms external:A; refines external:B"',
    "note": "what else a reader should know",
    "quantity.what": "what is counted: released, pardoned, held",
    "quantity.text": 'the number in the words of the source: "at least 100", "dozens"',
    "quantity.value": "a whole number, if there is no text",
    "quantity.low": "the lowest number that the text allows; needed only if Parley cannot read the text",
    "quantity.high": "the highest number that the text allows; needed only if Parley cannot read the text",
    "quantity.basis": "increment (these, this time), cumulative (all so far) or stock (how many there are)",
    "citation.publisher": "who published it; more sources: citation2.publisher, citation3.publisher, …",
    "citation.origin": "the report or agency that this report derives from, such as Reuters",
    "citation.sources": "how many people the report rests on",
    "citation.grade": "how reliable the source is (A to F) and how credible the report is (1 to 6), such as B2",
    "citation.language": "a language tag, such as uk, be or en-GB",
    "citation.url": "an address, http or https",
    "citation.archived_url": "an address, http or https",
}
"""The descriptions of columns that every kind has and whose type does not describe them."""

_EXAMPLES: Final[Mapping[Any, str]] = {
    "valid": "2025-09-11",
    "summary": "Ales Bialiatski is freed",
    "authority": "United States",
    "target": "Belavia",
    "counted_by": "Viasna",
    "name": "John Cole",
    "same_as": "John Coale",
    "title": "Joint statement of 11 September",
    "question": "How many are still held?",
    "citation.publisher": "Reuters",
    Sort.SOMEBODY: "Ales Bialiatski",
    Sort.PLACE: "Minsk",
    Sort.POST: "special envoy",
    Sort.POPULATION: "political prisoners",
}
"""The examples of columns that no example of the documentation has."""


def describe_kinds() -> list[dict[str, Any]]:
    """Every kind, with its own fields only: {kind, says, holds, fields: [{name, needed, write}]}."""
    return [
        {
            "kind": name,
            "says": (cls.__doc__ or "").partition("\n")[0],
            "holds": cls.holding.value,
            "fields": [
                {
                    "name": field.name,
                    "needed": _is_needed(field),
                    "write": _describe_field(field.name, hint),
                }
                for field, hint in _fields(cls)
                if field.name not in Fact.__dataclass_fields__
            ],
        }
        for name, cls in sorted(KINDS.items())
    ]


@cache
def describe_columns(kind: str) -> Sequence[dict[str, Any]]:
    """The columns of a table of a kind, in order: [{column, needed, write, example, choices, names}].

    `choices` are all that may be written, where there is a list of it; `names` is the sort of what is named: somebody,
    place, post or population. KeyError for an unknown kind.
    """
    cls = KINDS[kind]
    example = next((fact for fact in FACTS.values() if fact["kind"] == kind), {})
    fields = {field.name: (field, hint) for field, hint in _fields(cls)}
    own = [name for name in fields if name not in Fact.__dataclass_fields__]
    own.sort(key=lambda name: not _is_needed(fields[name][0]))
    middle = [name for name in fields if name not in {*_FIRST, *own, *_LAST}]
    columns: list[dict[str, Any]] = []
    for name in (*_FIRST, *own, *middle, *_LAST):
        columns += _columns_of(kind, *fields[name], example.get(name))
    parsed, faults = columns_of([column["column"] for column in columns])
    if faults or None in parsed:
        raise AssertionError(faults)
    return columns


def _columns_of(
    kind: str,
    field: dataclasses.Field[Any],
    hint: Any,  # noqa: ANN401 -- a type hint is anything
    example: Any,  # noqa: ANN401 -- any JSON
) -> Iterator[dict[str, Any]]:
    entry = _entry(hint)
    if entry is None or entry is Link:
        needed = _is_needed(field) or field.name == "kind"
        shown = kind if field.name == "kind" else _cell(example)
        yield _column(field.name, hint, shown, needed=needed)
        return
    first = example[0] if example else {}
    for part, of_part in _fields(entry):
        needed = _is_needed(field) and _is_needed(part)
        name = f"{singular_of(field.name)}.{part.name}"
        yield _column(name, of_part, _cell(first.get(part.name)), needed=needed)


def _column(name: str, hint: Any, example: str, *, needed: bool) -> dict[str, Any]:  # noqa: ANN401 -- a type hint
    shown = example or (_example(name, hint) if needed else "")
    return {
        "column": name,
        "needed": needed,
        "write": _describe_field(name, hint),
        "example": shown,
        "choices": _choices(hint),
        "names": next(
            (o.name.lower() for o in _options(_inner(hint)) if isinstance(o, Sort)), None
        ),
    }


def _example(name: str, hint: Any) -> str:  # noqa: ANN401 -- a type hint is anything
    """An example for a required column."""
    options = _options(hint)
    chosen = [str(get_args(option)[0]) for option in options if get_origin(option) is Literal]
    named = [_EXAMPLES[option] for option in options if isinstance(option, Sort)]
    return _EXAMPLES.get(name) or next(iter((*chosen, *named)), "Example")


def _fields(cls: type) -> Iterator[tuple[dataclasses.Field[Any], Any]]:
    hints = get_type_hints(cls, include_extras=True)
    return ((field, hints[field.name]) for field in dataclasses.fields(cls))


def _is_needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING


def _describe_field(name: str, hint: Any) -> str:  # noqa: ANN401 -- a type hint is anything
    """What to write in a column, in words."""
    if name in _SAID:
        return _SAID[name]
    if name.rpartition(".")[2] in _DATES:
        return _DATE
    options = _options(hint)
    listed = next((get_args(option)[0] for option in options if get_origin(option) is tuple), None)
    if listed is not None:
        return f"{_describe_field('', listed)}, {_LIST}"
    sort = next((option for option in options if isinstance(option, Sort)), None)
    chosen = _choices(hint)
    if chosen:
        return ("one of " if len(chosen) > 1 else "") + ", ".join(chosen)
    if sort is not None:
        return _SORTS[sort]
    plain: Mapping[Any, str] = {bool: "true or false", int: "a whole number", Named: "a name"}
    return next((plain[type_] for type_ in (bool, int, Named) if type_ in options), "text")


def _choices(hint: Any) -> list[str]:  # noqa: ANN401 -- a type hint is anything
    """The values of a field that has a fixed list of them; none for any other field."""
    return [
        str(value)
        for option in _options(hint)
        if get_origin(option) is Literal
        for value in get_args(option)
    ]


def _inner(hint: Any) -> Any:  # noqa: ANN401 -- a type hint is anything
    """The type of the entries of a list; the type itself where it is no list."""
    listed = (get_args(option)[0] for option in _options(hint) if get_origin(option) is tuple)
    return next(listed, hint)


def _options(hint: Any) -> list[Any]:  # noqa: ANN401 -- a type hint is anything
    """The types that a field may have, and the marks that say what it names (`Sort`)."""
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        return [*_options(inner), *marks]
    if get_origin(hint) in {Union, UnionType}:
        return [type_ for option in get_args(hint) for type_ in _options(option)]
    return [hint]


def _entry(hint: Any) -> type | None:  # noqa: ANN401 -- a type hint is anything
    """The class of the entries in a list of objects; None for any other field, including a list of names."""
    for option in _options(hint):
        arguments = get_args(option) if get_origin(option) is tuple else ()
        if arguments and dataclasses.is_dataclass(arguments[0]) and arguments[0] is not Named:
            return arguments[0] if isinstance(arguments[0], type) else None
    return None


def _cell(value: Any) -> str:  # noqa: ANN401 -- any JSON
    """An example's value as it is typed into a cell."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(map(_cell, value))
    if isinstance(value, dict):
        return f"{value['relation']} {value['fact']}" if "relation" in value else str(value["name"])
    return str(value).lower() if isinstance(value, bool) else str(value)
