"""Generates parts of the documentation from the code. `python -m tests.generated` writes them again.

`docs/facts.md` is made from the kinds of fact, README's table of settings from `infrastructure/settings.py`.
"""

from __future__ import annotations

import re
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Final

from api.commands.importing.described import describe_columns, describe_kinds
from domain import kinds as of_parley
from domain.fact import KINDS
from domain.time.instant import BEGINNING, END, format_instant
from domain.time.valid_time import ValidTime
from infrastructure.settings import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
FACTS: Final = ROOT / "docs" / "facts.md"
README: Final = ROOT / "README.md"
SETTINGS_TABLE: Final = re.compile(r"(?<=\n)\| variable \| default \| meaning \|\n(?:\|.*\n)+")
_MODULES: Final = {
    module.name for module in iter_modules(of_parley.__path__, f"{of_parley.__name__}.")
}
DATES: Final = (
    ("2025-09-11", "on that day"),
    ("2025-09", "at some time in that month"),
    ("2025", "at some time in that year"),
    ("2025-09-11T14:30:00Z", "at that second, in UTC"),
    ("2025-09-11/2025-09-20", "from one day to another"),
    ("2025-09-11/..", "from that day, and still so"),
    ("2025-09-11/", "from that day; it ended or will end, and the source does not say when"),
    ("[2025-09-11..]", "on some day from that day on"),
    ("../2025-09-11", "up to that day, with no known beginning"),
    ("/2025-09-11", "up to that day; the source does not say from when"),
    ("2025-09-11?", "on that day, but the source is not sure"),
    ("2025-09-11~", "about that day"),
    ("1950~", "about 1950"),
    ("202X", "in a year of the 2020s"),
    ("2025-XX-11", "on the 11th of some month of that year"),
    ("2025-21", "in spring (22 summer, 23 autumn, 24 winter), on either half of the Earth"),
    ("[2025-09-11,2025-09-14]", "on one of these days"),
    ("{2025-09-11,2025-09-14}", "on all of these days"),
)
INTRODUCTION: Final = """\
# Facts

What can be recorded: every kind of fact, its fields, and how to write a date. `parley kinds` and `parley columns KIND`
print the same at a terminal. `parley columns KIND --csv` prints an empty table to fill in.

This page is made from the code by `make docs`; a test compares the two.
"""
COMMON: Final = """\
A field such as `quantity.text` is a column of that name in a table. In JSON it is a field of an object in a list:
`"quantities": [{"text": "at least 100"}]`. In a table, the second source has the columns `citation2.publisher` and so
on. Several values in a cell are separated by `;`; in JSON they are a list.
"""
HOW_TO_DATE: Final = """\
Dates are written in EDTF, the Extended Date/Time Format (ISO 8601-2). Write what the source says and no more: `2025-09`
if it names only the month. The last two columns show what Parley reads: the earliest and the latest time at which the
fact may have begun. A dash means that there is no limit. If Parley cannot read a date, it refuses the fact and says
what to write.
"""
NUMBERS_AND_PEOPLE: Final = """\
- Facts with one `matter` answer one question, and are counted once. If they give different numbers, they are
  contested. So a number of some of the people of another fact, such as 14 women of 52, needs more than its matter:
  write their `population`, and a link `refines` to the other fact. Without the link, 52 and 14 are contested: 14 to
  52.
- A link `confirms` says that a fact is about the same people as another, even if the two name different populations.
  Both are counted once.
- A link `conflicts_with` says that the two facts cannot both be right. The other fact is contested in the state, even
  if the two are of different kinds: a statement may deny an appointment, for example. Numbers are contested by numbers
  alone.
- Somebody whom a release or a pardon names was freed, or pardoned, on one of its days. While it goes on
  (`2025-09-11/..`), or if its end is unknown (`2025-09-11/`), they may still be held. If the source says on which day
  somebody was freed, write that day in a fact of its own.
- A charge ends the status before it, as every later status does. It does not say where somebody is, so the list of
  people who are held has everybody who would be held, or may be held, without the charge.
- A death is final. A later charge does not replace it, but the two are contested: one of the reports may be wrong.
"""
HOLDS: Final = """\
“Holds” says how long the state of the negotiation takes a fact of this kind to be true.
"""
HOLDING: Final = {
    "from then on": "from its date on",
    "period": "for a period; write `2025-09-11/..` while it lasts",
    "until the next": "until the next fact about the same thing",
}


def facts_page() -> str:
    """`docs/facts.md` as the code gives it now."""
    columns = _columns(describe_columns("release"))
    kinds = [kind for kind in describe_kinds() if KINDS[kind["kind"]].__module__ in _MODULES]
    own = {field["name"] for kind in kinds for field in kind["fields"]}
    shared = [column for column in columns if column["column"] not in own]
    parts = [
        INTRODUCTION,
        f"## Dates\n\n{HOW_TO_DATE}",
        _table(("write", "for", "begins from", "begins before"), map(_date_row, DATES)),
        f"## Fields of every fact\n\n{COMMON}",
        _table(("field", "required", "what to write", "example"), map(_field_row, shared)),
        f"## Numbers and people\n\n{NUMBERS_AND_PEOPLE}",
        f"## Kinds\n\n{HOLDS}",
        *map(_kind, kinds),
    ]
    return "\n".join(parts)


def settings_table() -> str:
    """README's table of settings as the code gives it now."""
    rows = (
        (f"`{name}`", each.shown or (f"`{each.default}`" if each.default else ""), each.meaning)
        for name, each in SETTINGS.items()
    )
    return _table(("variable", "default", "meaning"), rows)


def _kind(kind: dict[str, Any]) -> str:
    names = [field["name"] for field in kind["fields"]]
    fields = [
        column for column in _columns(describe_columns(kind["kind"])) if column["column"] in names
    ]
    fields.sort(key=lambda each: names.index(each["column"]))
    table = _table(("field", "required", "what to write", "example"), map(_field_row, fields))
    return f"### {kind['kind']}\n\n{kind['says']} Holds: {HOLDING[kind['holds']]}.\n\n{table}"


def _columns(columns: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The columns without the bounds of a quantity, which Parley fills in."""
    return [
        column
        for column in columns
        if column["column"] not in {"kind", "quantity.low", "quantity.high"}
    ]


def _field_row(column: dict[str, Any]) -> tuple[str, ...]:
    example = f"`{column['example']}`" if column["example"] else ""
    required = "required" if column["needed"] else ""
    return f"`{column['column']}`", required, column["write"], example


def _date_row(date: tuple[str, str]) -> tuple[str, ...]:
    text, meaning = date
    bounds = ValidTime.parse(text).bounds
    return f"`{text}`", meaning, _instant(bounds.start_earliest), _instant(bounds.start_latest)


def _instant(instant: int) -> str:
    """The day of an instant, with its time if that is not midnight."""
    if instant in {BEGINNING, END}:
        return "–"
    day, _, time = format_instant(instant).partition("T")
    return day if time == "00:00:00.000000Z" else f"{day} {time.partition('.')[0]}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = [[cell.replace("|", "\\|") for cell in line] for line in (head, *rows)]
    first, *others = (f"| {' | '.join(line)} |\n".replace("|  |", "| |") for line in cells)
    return "".join([first, f"{'|---' * len(head)}|\n", *others])


def main() -> None:
    """Write the generated parts again."""
    FACTS.write_text(facts_page(), encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    README.write_text(SETTINGS_TABLE.sub(lambda _: settings_table(), readme), encoding="utf-8")


if __name__ == "__main__":
    main()
