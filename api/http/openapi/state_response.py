"""Makes the response models of the state from the registers that the kinds of fact declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NotRequired, Union, get_origin, get_type_hints

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from api.http.openapi.response_parts import (
    Brief,
    Erased,
    Exact,
    FigureEntry,
    Identity,
    Interval,
    More,
    NegotiationResponse,
    PerspectiveShown,
    WithErasures,
)
from api.http.openapi.response_schemas import SnapshotResponse
from domain.quantity import Quantity
from domain.register import Register, Shape
from domain.time.holding import Certainty
from domain.views.sections import MORE


class FactCounts(Exact):
    """How many facts are known, and how many of them were corrected or retracted."""

    recorded: int
    corrected: int
    retracted: int


class PartEntry(Exact):
    """The number that one question adds to a total, and the fact that gives it."""

    matter: str | None
    quantity: Quantity
    since: str
    certainty: Certainty | None
    contested: bool
    last_reported: str | None
    fact: Brief
    rivals: list[Brief]
    rivals_more: NotRequired[More]


class TotalEntry(Interval):
    """The interval sum of a register's numbers, and the facts that it rests on."""

    rests_on: str
    facts: list[Identity]
    facts_more: NotRequired[More]
    cumulative: list[FigureEntry]
    cumulative_more: NotRequired[More]
    uncounted: list[Identity]
    uncounted_more: NotRequired[More]
    parts: list[PartEntry]
    parts_more: NotRequired[More]


_TOP: Final[Mapping[str, Any]] = {
    "negotiation": NegotiationResponse,
    "perspective": PerspectiveShown,
    "facts": FactCounts,
    "erased": NotRequired[list[Erased]],
    "erased_more": NotRequired[More],
}
_STANDING: Final[Mapping[str, Any]] = {
    "contested": bool,
    "last_reported": str | None,
    "rivals": list[Brief],
    "rivals_more": NotRequired[More],
}
_BARE: Final[Mapping[str, Any]] = {
    "ambiguous": NotRequired[list[str]],
    "ambiguous_more": NotRequired[More],
}


def state_models(registers: Iterable[Register]) -> list[Any]:
    """Make the models of the state, of a page of one of its lists, and of a snapshot, which has a whole state."""
    entries: dict[Any, Any] = {}
    beside: list[Any] = []
    sections: dict[str, Any] = {}
    for register in registers:
        *parents, name = register.section.split(".")
        place = sections
        for parent in parents:
            place = place.setdefault(parent, {})
        place |= _section(name, register, entries, beside)
    state = _model(
        "StateResponse",
        "The state of a negotiation at the perspective.",
        _make_section_models(sections),
    )
    items = (*entries.values(), *beside, PartEntry, Brief, Erased, FigureEntry, Identity)
    page = {
        **_hints(WithErasures),
        "perspective": PerspectiveShown,
        "items": list[Union[items]],  # type: ignore[valid-type]  # noqa: UP007
        "next": str | None,
    }
    description = (
        "A page of one list of the state: entries, rivals of an entry or answers beside it, figures, erasures or ids of"
        " facts."
    )
    snapshot = {
        **_hints(SnapshotResponse),
        "verified": Literal[True] | None,
        "content": state,
        "erased": NotRequired[list[Erased]],
    }
    replayed = (
        "A snapshot with its state, computed again from the log. `verified` is true where the state has"
        " the recorded hash, and null where the snapshot was taken under another reading."
    )
    return [
        state,
        _model("SectionResponse", description, page),
        _model("SnapshotContentResponse", replayed, snapshot),
    ]


def _make_section_models(sections: Mapping[str, Any]) -> dict[str, Any]:
    """Make models of the sections that only hold sections."""
    return {
        **_TOP,
        **{
            name: _model(f"{name.title()}Sections", "Sections of the state.", part)
            if isinstance(part, dict)
            else part
            for name, part in sections.items()
        },
    }


def _section(
    name: str, register: Register, entries: dict[Any, Any], beside: list[Any]
) -> dict[str, Any]:
    """Give the fields of a section: its list with the number of all, its entry, or its total.

    The models of its entries are added to `entries`, those of what stands beside them to `beside`.
    """
    if register.shape is Shape.TOTAL:
        return {name: TotalEntry}
    key = register.entry or register
    if key not in entries:
        entries[key] = _entry(register, beside)
    entry = entries[key]
    if register.shape is Shape.SINGLE:
        return {name: entry | None}
    return {name: list[entry], f"{name}{MORE}": NotRequired[More]}  # type: ignore[valid-type]


def _entry(register: Register, beside: list[Any]) -> Any:  # noqa: ANN401 -- a model that is made at run time
    """Make the model of an entry, with `previous` and the fields of the asides that its register declares."""
    declared, vacant = register.entry, register.vacant
    own = {} if declared is None else _hints(declared)
    name = _name_of(register) if declared is None else declared.__name__
    description = "An entry of the state." if declared is None else str(declared.__doc__)
    brief = {"fact": Brief}
    fields = {
        **own,
        "since": str | None if vacant else str,
        "certainty": Certainty | Literal["unknown"] | None if vacant else Certainty | None,
        "fact": Brief | None if vacant else Brief,
        **_STANDING,
        **_BARE,
    }
    if vacant:
        fields["previous"] = _make_beside_model(f"Previous{name}", own, brief) | None
    for aside in register.asides:
        title = f"{aside.name.title()}{name}"
        if aside.many:
            beside.append(_make_beside_model(title, own, brief))
            fields[aside.name] = list[beside[-1]]  # type: ignore[valid-type]
            fields[f"{aside.name}{MORE}"] = NotRequired[More]
        else:
            fields[aside.name] = _make_beside_model(title, {}, _hints(Brief)) | None
    return _model(name, description, fields, is_open=declared is None)


def _make_beside_model(name: str, own: Mapping[str, Any], extra: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Make the model of an answer beside an entry: its own fields, which are all optional, and `extra` fields."""
    shown = {
        each: hint if get_origin(hint) is NotRequired else NotRequired[hint]
        for each, hint in own.items()
    }
    fields = {**shown, **extra, "since": str, "certainty": Certainty | None}
    description = "An answer that stands beside an entry."
    return _model(name, description, fields, is_open=not own and "fact" in extra)


def _name_of(register: Register) -> str:
    return "".join(word.title() for word in register.section.replace(".", "_").split("_")) + "Entry"


def _hints(model: type) -> dict[str, Any]:
    return get_type_hints(model, include_extras=True)


def _model(name: str, description: str, fields: Mapping[str, Any], *, is_open: bool = False) -> Any:  # noqa: ANN401
    """Make a model with these fields; it allows other fields only if it is open."""
    model = TypedDict(name, fields)  # type: ignore[misc]
    model.__doc__ = description
    return with_config(ConfigDict(extra="allow" if is_open else "forbid"))(model)
