"""Marks which words of a text were changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, Final
from urllib.parse import quote

from api.web.quantities import quantity_in_words

__all__ = ["changed_words", "event_in_words", "mail_address", "plain", "web_address"]

_EVENTS: Final = {
    "fact.recorded": "Recorded",
    "fact.corrected": "Corrected",
    "fact.corroborated": "Another source said so",
    "fact.ended": "Ended",
    "fact.retracted": "Withdrawn",
    "fact.reinstated": "Reinstated",
    "fact.preferred": "Preferred",
    "fact.sources_erased": "Sources erased",
    "fact.erased": "Erased",
    "negotiation.corrected": "Corrected",
}

_WEB: Final = re.compile("https?://", re.IGNORECASE)
_MAIL: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_WORDS: Final = re.compile(r"\s+|[^\s]+")
_CITED: Final = ("publisher", "title", "published", "origin", "quote")
"""What is told of a citation."""
_MOST: Final = 2_000
"""Of longer texts, in words and blanks, only the whole is compared."""


def plain(value: Any) -> str:  # noqa: ANN401 -- any JSON of a change
    """Give a value of a change as text for readers; nothing where there was none."""
    match value:
        case None:
            return ""
        case str():
            return value
        case dict():
            return _object(value)
        case list():
            return "; ".join(plain(part) for part in value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _object(value: dict[str, Any]) -> str:
    """A citation by what identifies it, a quantity in words, and any other object part by part."""
    match value:
        case {"publisher": str(publisher)}:
            return ", ".join(text for name in _CITED if (text := value.get(name))) or publisher
        case {"what": str(what), "text": _, "basis": basis}:
            return f"{what}: {quantity_in_words(value)}{f', {basis}' if basis else ''}"
        case _:
            told = (f"{name}: {plain(part)}" for name, part in value.items() if part is not None)
            return ", ".join(told)


def web_address(address: str | None) -> str | None:
    """Give an address that a reader may follow; None for any other, such as one that runs a script in an old record."""
    found = (address or "").strip()
    return found if _WEB.match(found) else None


def mail_address(text: str) -> str | None:
    """Give an email address for a link, percent-encoded; None for any other text."""
    return quote(text, safe="@") if _MAIL.fullmatch(text) else None


def event_in_words(event: str) -> str:
    """Say what an event did; an event without words here is named as the log names it."""
    return _EVENTS.get(event, event)


def changed_words(before: Any, after: Any) -> list[tuple[str, str]]:  # noqa: ANN401 -- any JSON of a change
    """Give [(what, text)], whose `what` is "same", "del" or "ins", in the order in which one reads.

    Of lists only the items that came or went are given.
    """
    if isinstance(before or after, list):
        return list(_items(before or [], after or []))
    old, new = (_WORDS.findall(plain(value)) for value in (before, after))
    if len(old) + len(new) > _MOST:
        return [
            (what, text) for what, text in (("del", "".join(old)), ("ins", "".join(new))) if text
        ]
    return list(_parts(old, new))


def _parts(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    matched = SequenceMatcher(None, old, new, autojunk=False)
    for what, i, j, k, end in matched.get_opcodes():
        if what == "equal":
            yield "same", "".join(old[i:j])
            continue
        if i < j:
            yield "del", "".join(old[i:j])
        if k < end:
            yield "ins", "".join(new[k:end])


def _items(before: list[Any], after: list[Any]) -> Iterator[tuple[str, str]]:
    for what, items, others in (("del", before, after), ("ins", after, before)):
        for item in items:
            if item not in others:
                yield what, plain(item)
                yield "same", " "
