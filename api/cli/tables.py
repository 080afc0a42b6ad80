"""Tables show the answers of the API to people: the same facts, in the same order, in fewer words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.text import print_line, visible, visible_line
from api.commands.number_words import group_digits, quantity_in_words
from domain.number.total import NOTHING_RECORDED
from domain.views.sections import MORE

Entry = Mapping[str, Any]

#: Fields of an entry that its table shows in columns of their own, or not at all.
_APART: Final = frozenset({"certainty", "contested", "fact", "rivals", f"rivals{MORE}", "matter"})
_LONGEST_CELL: Final = 400
#: A longer word, such as an address, is broken.
_LONGEST_WORD: Final = 24
#: What a column takes besides its longest word: its borders, and room for a second word here and there.
_ROOM_A_COLUMN: Final = 6
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_BY_THEN: Final = re.compile(r"\[\.\.([^\],]+)\]")
_KEPT_WHOLE: Final = frozenset({"when", "recorded at", "since", "position"})


def format_value(value: object) -> str:
    """A value of an answer in a few words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(format_value(part) for part in value)
    if isinstance(value, dict):
        return _object_words(value)
    text = str(value)
    if _INSTANT.fullmatch(text):
        return text[:19].replace("T", " ")
    return text if len(text) <= _LONGEST_CELL else text[:_LONGEST_CELL] + "…"


def _object_words(value: Entry) -> str:
    if "comparator" in value:
        return f"{value['what']}: {_amount(value)}"
    if "publisher" in value:
        return " ".join(filter(None, (value["publisher"], value["published"])))
    if "relation" in value:
        return f"{value['relation']} {value['fact']}"
    if "summary" in value and "citations" in value:
        return str(value["summary"])
    if "certainty" in value and "fact" in value:
        cells = {name: _cell(name, part) for name, part in value.items() if name not in _APART}
        own = [(name.replace("_", " "), told) for name, told in cells.items() if told]
        return ", ".join(f"{name} {told}" if at else told for at, (name, told) in enumerate(own))
    return _write_object(value)


def _write_object(value: Entry) -> str:
    """A name with its id, as "Ann Example (list:1)"; of any other object the fields that it has."""
    if value.keys() == {"name", "id"}:
        return f"{value['name']} ({value['id']})"
    return ", ".join(
        f"{name}: {format_value(part)}" for name, part in value.items() if part is not None
    )


def _amount(value: Entry) -> str:
    return _with_bound(value) if "comparator" in value else group_digits(str(value["text"]))


def _with_bound(value: Entry) -> str:
    """The words of a source, with the bound that was read from them if they hold no number: "dozens (at least 24)"."""
    text = quantity_in_words(value)
    if not value["text"] or value["value"] is not None or value["low"] is None:
        return text
    return text if value["high"] is not None else f"{text} (at least {value['low']:,})"


def sources(brief: Entry) -> str:
    """The publishers of a fact's citations."""
    return "; ".join(dict.fromkeys(cited["publisher"] for cited in brief["citations"]))


def kind_and_stage(fact: Entry) -> str:
    """A fact's kind, with how far it has come where its kind says so."""
    stage = next((fact[name] for name in ("stage", "status", "action") if name in fact), None)
    return fact["kind"] if stage is None else f"{fact['kind']}, {stage}"


def says_anything(section: object) -> bool:
    """Whether a section of a state holds any answer."""
    if isinstance(section, dict):
        if "parts" in section:
            return bool(section["text"] != NOTHING_RECORDED)
        return says_anything(list(section.values()) if "fact" not in section else True)
    if isinstance(section, list):
        return any(says_anything(part) for part in section)
    return bool(section)


def show_erased(out: Console, content: Entry) -> None:
    """Print the erased facts that an answer may have held, if there are any."""
    for erased in content.get("erased", ()):
        fact, position = erased["fact"], erased["position"]
        print_line(
            out, f"It may have held the fact {fact}, which was erased at position {position}."
        )
    total = content.get("erased" + MORE)
    if total is not None:
        print_line(
            out, f"These are the first {len(content['erased'])} of {total['count']} such facts."
        )


def show_heading(out: Console, title: str, perspective: Entry) -> None:
    """Print the title of what is shown, and the perspective."""
    out.print(Text(visible_line(title), style="bold"))
    parts = [f"as of {perspective['as_of']}"]
    if perspective["as_known_at"] is not None:
        parts.append(f"as known at {perspective['as_known_at']} ({perspective['clock']})")
    parts.append(f"position {perspective['position']}")
    if perspective["match"] != "possible":
        parts.append(str(perspective["match"]))
    out.print(Text(", ".join(parts), style="dim"))


def show_rows(
    out: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Print rows under a title: as a table, or line by line where a word would not fit its column.

    Empty columns are left out, and so is a column of certainty in which all values are the same.
    """
    cells = [
        [visible(_cell(name, cell)) for name, cell in zip(columns, row, strict=True)]
        for row in rows
    ]
    kept = [index for index in range(len(columns)) if _says(columns[index], cells, index)]
    if not cells:
        return
    names = [visible_line(columns[index]).replace("_", " ") for index in kept]
    filled = [[row[index] for index in kept] for row in cells]
    out.print()
    out.print(Text(visible_line(title), style="bold"))
    widths = [_widest(name, [row[at] for row in filled]) for at, name in enumerate(names)]
    if sum(widths) + _ROOM_A_COLUMN * len(widths) <= out.width:
        out.print(_table(names, widths, filled))
    else:
        _show_lines(out, names, filled)


def _cell(name: str, value: object) -> str:
    """A value in the words of its field."""
    if name == "certainty":
        return _certainty_in_words(value)
    text = format_value(value)
    return _BY_THEN.sub(r"\1 at the latest", text) if name == "since" else text


def _certainty_in_words(certainty: object) -> str:
    """What a certainty says in words: it is about the dates of a fact, not about how far its sources can be trusted."""
    return f"dates {certainty}" if certainty in ("certain", "possible") else format_value(certainty)


def _says(name: str, cells: Sequence[Sequence[str]], index: int) -> bool:
    values = {row[index] for row in cells}
    return values != {""} and not (
        name == "certainty" and values == {_certainty_in_words("certain")}
    )


def _widest(name: str, cells: Sequence[str]) -> int:
    """The width that a column needs so that no word is broken."""
    if name in _KEPT_WHOLE:
        return max(map(len, (name, *cells)))
    longest = max((len(word) for text in (name, *cells) for word in text.split()), default=0)
    return min(longest, _LONGEST_WORD)


def _table(names: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(expand=False)
    for name, width in zip(names, widths, strict=True):
        table.add_column(name, overflow="fold", min_width=width, no_wrap=name in _KEPT_WHOLE)
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _show_lines(out: Console, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(rows):
        if number:
            out.print()
        lines = Table.grid(padding=(0, 2))
        for name, text in zip(names, row, strict=True):
            if text:
                lines.add_row(Text(name, style="dim"), Text(text))
        out.print(lines)


def show_section(out: Console, name: str, section: object, total: Entry | None = None) -> None:
    """Print one section of a state, or the sections in it: entries, a single entry, a total or counts.

    `total` says how many entries there are where not all are given.
    """
    title = name.replace(".", ", ").capitalize()
    if isinstance(section, list):
        _show_entries(out, title, section, total)
    elif isinstance(section, dict) and "parts" in section:
        if section["text"] != NOTHING_RECORDED:
            show_rows(out, title, ("total", "rests on"), [(_amount(section), section["rests_on"])])
            figures = [
                (figure["quantity"], figure["fact"]["summary"]) for figure in section["cumulative"]
            ]
            show_rows(out, f"{title}, running totals, not added", ("figure", "fact"), figures)
        _show_entries(out, f"{title}, by fact", section["parts"], section.get("parts" + MORE))
    elif isinstance(section, dict) and "fact" in section:
        _show_entries(out, title, [section])
    elif isinstance(section, dict) and all(isinstance(part, int) for part in section.values()):
        show_rows(out, title, list(section), [list(section.values())])
    elif isinstance(section, dict):
        for part, inside in section.items():
            if not part.endswith(MORE):
                show_section(out, f"{name}.{part}", inside, section.get(part + MORE))


def _show_entries(
    out: Console, title: str, entries: Sequence[Entry], total: Entry | None = None
) -> None:
    own = dict.fromkeys(name for entry in entries for name in entry if name not in _APART)
    columns = [*own, "certainty", "contested", "beside it", "fact", "sources"]
    rows = [
        [
            *(entry.get(name) for name in own),
            entry["certainty"],
            entry["contested"] or None,
            [rival["summary"] for rival in entry["rivals"]] or None,
            None if entry["fact"] is None else entry["fact"]["summary"],
            None if entry["fact"] is None else sources(entry["fact"]),
        ]
        for entry in entries
    ]
    show_rows(out, title, columns, rows)
    if total is not None:
        section = title.partition(",")[0].lower()
        left = f"These are the first {len(entries)} of {total['count']}; all: --section {section}"
        out.print(left, soft_wrap=True)


def show_fact(out: Console, record: Entry) -> None:
    """Print a fact record, with a line for each field that has a value."""
    fact = record["fact"]
    about = ("id", "version", "status", "certainty", "preferred", "recorded_at")
    told = {**record, "certainty": _certainty_in_words(record["certainty"])}
    rows = [(name, told[name]) for name in about] + list(fact.items())
    rows += [
        (f"source of {format_value(citation)}", citation["confidential"])
        for citation in fact["citations"]
        if "confidential" in citation
    ]
    show_rows(
        out, fact["summary"], ("field", "value"), [row for row in rows if format_value(row[1])]
    )
