"""Checks the texts, lists and ids of a value of the record, and says the place of each fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from domain.characters import is_blank, is_plain, strange_character
from domain.errors import Fault
from domain.named import LONGEST_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_LIST: Final = 1_000
MOST_QUANTITIES: Final = 50
MOST_CITATIONS: Final = 200
LONGEST_TEXT: Final = 100_000
#: The fields whose texts may have several lines; all others are names, titles and the like, of one line.
SEVERAL_LINES: Final = frozenset(
    {"summary", "note", "quote", "why", "reason", "identity", "contact"}
)
#: The fields whose lists have bounds of their own, for who records or corrects. What was stored before they
#: were set is read and answered as it is.
LONGEST_LISTS: Final = {"quantities": MOST_QUANTITIES, "citations": MOST_CITATIONS}
#: The fields whose texts are compared as they are written. A table's cells lose the blanks at their ends, so that
#: ids which differ in these alone would be two in JSON and one in CSV.
_IDS: Final = frozenset({"external_id", "id", "fact"})
_PADDED: Final = "leave out the blanks before and after it"


def text_fault(text: str, field: str) -> str | None:
    """What is wrong with a text of a field: it is blank, padded, too long, or has a wrong character."""
    if len(text) > LONGEST_TEXT:
        return f"write at most {LONGEST_TEXT} characters, not {len(text)}"
    shown = text.removeprefix("external:") if field == "fact" else text
    padded = _PADDED if field in _IDS and shown != shown.strip() else None
    if is_plain(shown):
        return padded
    if is_blank(shown):
        return "write a text: blanks and invisible characters alone are none"
    return strange_character(text, one_line=field not in SEVERAL_LINES) or padded


def text_faults(value: Mapping[str, Any], kept: frozenset[str] = frozenset()) -> list[Fault]:
    """The faults of every text and list in a primitive value; texts that are `kept` are not checked."""
    return list(_text_faults(value, "", kept))


def _text_faults(value: object, pointer: str, kept: frozenset[str]) -> Iterable[Fault]:
    if isinstance(value, str):
        detail = None if value in kept else text_fault(value, pointer.rpartition("/")[2])
        if detail is not None:
            yield Fault(pointer, detail)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _text_faults(part, f"{pointer}/{key}", kept)
    elif isinstance(value, list):
        longest = LONGEST_LISTS.get(pointer[1:], LONGEST_LIST)
        if len(value) > longest:
            yield Fault(pointer, f"write at most {longest} entries, not {len(value)}")
        for index, part in enumerate(value[:longest]):
            yield from _text_faults(part, f"{pointer}/{index}", kept)


def list_texts(value: object) -> Iterable[str]:
    """Every text in a primitive value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from list_texts(part)


def id_faults(value: object, pointer: str = "") -> Iterable[Fault]:
    """A fault for each id of a name, at any depth, that is longer than LONGEST_ID."""
    if isinstance(value, dict) and value.keys() == {"name", "id"} and len(value["id"]) > LONGEST_ID:
        yield Fault(
            f"{pointer}/id", f"write at most {LONGEST_ID} characters, not {len(value['id'])}"
        )
    parts = dict(enumerate(value)) if isinstance(value, list) else value
    if isinstance(parts, dict):
        for key, part in parts.items():
            yield from id_faults(part, f"{pointer}/{key}")
