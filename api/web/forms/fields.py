"""Makes the fields of a form, in the groups in which they are shown, from the registry of kinds.

A field is a column of a table of that kind. So a form takes exactly what an import takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from api.commands.importing.csv_columns import singular_of
from api.commands.importing.described import describe_columns
from api.commands.importing.form_cells import ENTRIES, MOST_ENTRIES
from api.web.forms.readings import read_date, read_number_in_words
from domain.fact import KINDS, Fact
from domain.texts import SEVERAL_LINES

_COUNT: Final = re.compile("[1-9][0-9]?")
_ENTRY: Final = re.compile(r"(quantity|citation)([1-9][0-9]?)?\.([a-z_]+)")
_FIRST: Final[Mapping[str, tuple[str, ...]]] = {
    "quantity": ("what", "text", "basis"),
    "citation": ("publisher", "title", "url", "published", "quote", "attribution"),
}
"""The parts of an entry that are shown at once; the others are unfolded."""
_TITLES: Final = {"quantity": "Numbers", "citation": "Sources"}
_LABELS: Final = {
    "valid": "When",
    "external_id": "Your own name for it",
    "what": "What is counted",
    "text": "The number, in the source’s words",
    "basis": "How it adds up",
    "url": "Address",
    "archived_url": "Address of a kept copy",
    "accessed": "Seen there on",
    "attribution": "The source is",
    "sources": "How many people it rests on",
    "origin": "After whose report",
    "low": "Least",
    "high": "Most",
    "links": "Ties to other facts",
    "sentence_ends": "The sentence ends",
}
_WRITE: Final = {
    "publisher": "who published it",
    "people": "names; write ; between two",
    "places": "names; write ; between two",
    "parties": "states or bodies; write ; between two",
    "published": "the day, as 2025-09-11, or the month, as 2025-09",
    "accessed": "the day, as 2025-09-11",
}
"""What to write in fields for which forms have other advice than tables."""
_DATES: Final = frozenset({"published", "accessed", "sentence_ends"})
_ABOUT: Final = ("people", "places", "parties", "matter")
_LATER: Final = ("external_id", "links", "note")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field: its value, its advice, its faults, and how Parley reads the value."""

    column: str
    label: str
    write: str = ""
    text: str = ""
    needed: bool = False
    choices: Sequence[str] = ()
    several: bool = False
    listed: bool = False
    names: str | None = None
    read: str | None = None
    fault: str | None = None

    @property
    def id(self) -> str:
        """The id of its element."""
        return f"f-{self.column.replace('.', '-')}"

    @property
    def described_by(self) -> str:
        """The ids of what describes it."""
        there = (("fault", self.fault), ("read", True), ("hint", self.write))
        return " ".join(f"{self.id}-{name}" for name, is_there in there if is_there)


@dataclass(frozen=True, kw_only=True)
class FieldGroup:
    """Fields under one heading; those in `more` are shown when unfolded. `adds` is the list to which a button adds."""

    title: str
    fields: Sequence[Field]
    more: Sequence[Field] = ()
    adds: str | None = None
    several: bool = False

    @property
    def short_form(self) -> str | None:
        """The short form of one of several entries, if it is filled in and has no fault; else None."""
        all_fields = (*self.fields, *self.more)
        told = [form_field.text for form_field in self.fields[:2] if form_field.text]
        return (
            None
            if not self.several or any(form_field.fault for form_field in all_fields)
            else ", ".join(told) or None
        )

    @property
    def unfolded(self) -> bool:
        """Whether something is written in what is unfolded, or wrong in it."""
        return any(form_field.text or form_field.fault for form_field in self.more)


@dataclass(frozen=True)
class _Form:
    cells: Mapping[str, str]
    faults: Mapping[str, str]
    kind: type[Fact]
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)

    def fields(self, names: Iterable[str]) -> list[Field]:
        return [self.field(name, self.columns[name]) for name in names]

    def field(self, column: str, described: Mapping[str, Any]) -> Field:
        part = column.rpartition(".")[2]
        form_field = Field(
            column=column,
            label=_label(part),
            write=_hint(part, described),
            text=self.cells.get(column, ""),
            needed=described["needed"],
            choices=described["choices"],
            several=part in SEVERAL_LINES,
            listed="several separated by ;" in described["write"],
            names=described["names"],
            fault=self.faults.get(column),
        )
        return replace(form_field, read=self._read_typed(form_field))

    def _read_typed(self, form_field: Field) -> str | None:
        part = form_field.column.rpartition(".")[2]
        if form_field.column == "valid":
            return read_date(form_field.text.strip(), self.kind.holding)
        if part in _DATES:
            return read_date(form_field.text.strip())
        if not form_field.column.endswith(".text"):
            return None
        entry = form_field.column.partition(".")[0]
        others = ("text", "comparator", "value", "low", "high")
        return read_number_in_words(
            *(self.cells.get(f"{entry}.{other}", "").strip() for other in others)
        )

    def groups_of_list(self, name: str, shown: Mapping[str, int]) -> list[FieldGroup]:
        """The entries of a list, one by one; of a list that is too long for that, all in one field."""
        singular = singular_of(name)
        if name not in self.cells:
            return self.entries(singular, shown.get(singular, 1))
        whole = Field(
            column=name,
            label=f"All {name}",
            write=f"more than {MOST_ENTRIES}, as JSON",
            text=self.cells[name],
            several=True,
            fault=self.faults.get(name),
        )
        return [FieldGroup(title=_TITLES[singular], fields=[whole])]

    def entries(self, singular: str, shown: int) -> list[FieldGroup]:
        """One group for each entry: those that are filled in, or as many as are `shown`."""
        numbers = [1, shown]
        for name, text in self.cells.items():
            match = _ENTRY.fullmatch(name)
            if match is not None and match[1] == singular and text.strip():
                numbers.append(int(match[2] or 1))
        count = min(max(numbers), MOST_ENTRIES)
        return [self._entry(singular, number, count) for number in range(1, count + 1)]

    def _entry(self, singular: str, number: int, count: int) -> FieldGroup:
        first = _FIRST[singular]
        parts = {
            name.partition(".")[2]: described
            for name, described in self.columns.items()
            if name.startswith(f"{singular}.")
        }
        prefix = f"{singular}{'' if number == 1 else number}"
        entry_fields = {
            part: self.field(
                f"{prefix}.{part}", {**described, "needed": described["needed"] and number == 1}
            )
            for part, described in parts.items()
        }
        title = _TITLES[singular]
        return FieldGroup(
            title=title if count == 1 else f"{title}: {number} of {count}",
            fields=[entry_fields[part] for part in first],
            more=[each for part, each in entry_fields.items() if part not in first],
            several=count > 1,
            adds=singular if number == count < MOST_ENTRIES else None,
        )


def groups_of(
    kind: str,
    cells: Mapping[str, str],
    faults: Mapping[str, str],
    shown: Mapping[str, int],
) -> list[FieldGroup]:
    """The fields of a kind, filled in and with their faults; `shown` is how many numbers and sources there are."""
    form = _form(kind, cells, faults)
    plain = [name for name in form.columns if "." not in name and name != "kind"]
    own = [name for name in plain if name not in {*_ABOUT, *_LATER}]
    return [
        FieldGroup(title="The claim", fields=form.fields(own)),
        FieldGroup(title="Who and where", fields=form.fields(_ABOUT)),
        *(group for name in ENTRIES for group in form.groups_of_list(name, shown)),
        FieldGroup(title="Besides", fields=[], more=form.fields(_LATER)),
    ]


def fields_of_entry(
    cells: Mapping[str, str], faults: Mapping[str, str], *, needed: bool
) -> FieldGroup:
    """The fields of one source that is added to a fact."""
    form = _form("statement", cells, faults)
    [group] = form.entries("citation", 1)[:1]
    free = group.fields if needed else [replace(one, needed=False) for one in group.fields]
    return replace(group, title="The source", fields=free, adds=None)


def select_known_cells(kind: str, fields: Mapping[str, str]) -> dict[str, str]:
    """What was written in the fields of a kind; whatever else was sent is left out."""
    columns = {column["column"] for column in describe_columns(kind)}

    def is_known(name: str) -> bool:
        match = _ENTRY.fullmatch(name)
        return name in {*columns, *ENTRIES} or (
            match is not None and f"{match[1]}.{match[3]}" in columns
        )

    return {name: text for name, text in fields.items() if is_known(name) and name != "kind"}


def count_shown(fields: Mapping[str, str]) -> dict[str, int]:
    """How many numbers and sources a form that was sent had fields for."""
    counts = ((name, fields.get(f"shown-{name}", "")) for name in _FIRST)
    return {name: int(text) for name, text in counts if _COUNT.fullmatch(text)}


def _form(kind: str, cells: Mapping[str, str], faults: Mapping[str, str]) -> _Form:
    columns = {column["column"]: column for column in describe_columns(kind)}
    return _Form(cells, faults, KINDS[kind], columns)


def _hint(part: str, described: Mapping[str, Any]) -> str:
    """What to write in a field; nothing where its choices say that."""
    if described["choices"] or described["write"] == "text":
        return ""
    return _WRITE.get(part, str(described["write"]))


def _label(part: str) -> str:
    told = _LABELS.get(part, part.replace("_", " "))
    return told[0].upper() + told[1:]
