"""Marks which words of a text were changed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, Final
from urllib.parse import quote

from api.commands.number_words import quantity_in_words
from api.web.words.dates import date_in_words
from api.web.words.names import isolate
from api.web.words.quantities import BASES

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

_FIELDS: Final = {"valid": "when", "citations": "sources", "quantities": "numbers"}
_WEB: Final = re.compile("https?://", re.IGNORECASE)
_MAIL: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_WORDS: Final = re.compile(r"\s*\S+|\s+")
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CLOSED_BY: Final = {
    **dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"),
    **dict.fromkeys("\u2066\u2067\u2068", "\u2069"),
}
"""What turns the direction of the words after it, and what ends that."""
_CITED: Final = ("publisher", "title", "published", "origin", "quote")
"""The fields by which a citation is identified."""
_MOST_SHOWN: Final = 400
"""How many characters of a text a list shows at most."""
_MOST_CHANGED: Final = 2_000
"""The most characters that are shown of an added or removed text."""
_MOST_PAIRS: Final = 3_000
"""How many pairs of equal words are compared at most."""


def plain(value: Any) -> str:  # noqa: ANN401 -- any JSON of a change
    """Give a value of a change as text for readers; nothing where there was none."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "yes" if value else "no"
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
        case {"name": str(name), "id": str(id_)} if len(value) == len(("name", "id")):
            return f"{name} ({id_})"
        case {"what": str(what), "text": _, "basis": basis}:
            return f"{what}: {quantity_in_words(value)}{f', {BASES.get(basis, basis)}' if basis else ''}"
        case _:
            told = (f"{name}: {plain(part)}" for name, part in value.items() if part is not None)
            return ", ".join(told)


ANSWERS: Final = {
    "declined": "declined",
    "no_reply": "did not answer",
    "denied": "denied it",
    "neither_confirmed_nor_denied": "neither confirmed nor denied it",
}
"""What those who were asked answered, as the end of a sentence."""


def brief(text: str) -> str:
    """Give a text as a list shows it: the first words of a long one."""
    if len(text) <= _MOST_SHOWN:
        return text
    begun = text[:_MOST_SHOWN]
    return f"{(begun.rsplit(maxsplit=1) or [begun])[0]} …"


def sources_in_words(fact: Mapping[str, Any]) -> str:
    """Name the publishers of a fact's citations, each with the origin that it reprints."""
    return brief("; ".join(dict.fromkeys(map(_source_in_words, fact["citations"]))))


def _source_in_words(citation: Mapping[str, Any]) -> str:
    publisher, origin = citation["publisher"], citation["origin"]
    told = isolate(publisher)
    return f"{told}, after {isolate(origin)}" if origin and origin not in publisher else told


def capitalize(text: str) -> str:
    """Give words with a capital, and all other letters as they are: Jinja's filter of this name makes them small."""
    return text[:1].upper() + text[1:]


def place_in_words(pointer: str) -> str:
    """The field that a JSON pointer names, its parts counted from 1: "people 1" for `/people/0`."""
    parts = pointer.strip("/").split("/")
    return " ".join(
        f"{int(part) + 1}" if part.isdigit() else part.replace("_", " ") for part in parts
    )


def sentence(text: str) -> str:
    """Give words of the API as a sentence: with a capital, unless they begin with a name of it, and a full stop."""
    first = re.match(r"[a-z]+(?=[ ,;])", text)
    begun = capitalize(text) if first else text
    return begun if begun[-1:] in ".?!:…" else f"{begun}."


def close_turns(value: Any) -> Any:  # noqa: ANN401 -- whatever a template shows
    """Have a text of an old record turn the direction of no word that follows it: close what it leaves open."""
    if type(value) is not str or not _TURNS.search(value):
        return value
    left: list[str] = []
    for turn in _TURNS.findall(value):
        if turn in _CLOSED_BY:
            left.append(_CLOSED_BY[turn])
        elif turn in left:
            while left.pop() != turn:
                pass
    return f"{value}{''.join(reversed(left))}"


def web_address(address: str | None) -> str | None:
    """Give an address that a reader may follow; None for any other, such as one that runs a script in an old record."""
    written = (address or "").strip()
    return written if _WEB.match(written) else None


def mail_address(text: str) -> str | None:
    """Give an email address for a link, percent-encoded; None for any other text."""
    return quote(text, safe="@") if _MAIL.fullmatch(text) else None


def event_in_words(event: str) -> str:
    """Say what an event did; an event without words here is named as the log names it."""
    return _EVENTS.get(event, event)


def field_in_words(name: str) -> str:
    """Say which field of a fact is meant."""
    return _FIELDS.get(name, name.replace("_", " "))


def mark_changes(before: Any, after: Any) -> list[tuple[str, str]]:  # noqa: ANN401 -- any JSON of a change
    """Give [(what, text)] in reading order; `what` is "same", "del" or "ins".

    A list gives only the items that were removed or added. A long text that stayed is cut to its beginning and end, and
    a long text that was removed or added to its beginning.
    """
    if isinstance(before or after, list):
        parts = _items(before or [], after or [])
    else:
        parts = _mark_words(*(_WORDS.findall(plain(value)) for value in (before, after)))
    return [(what, _shorten_part(what, text)) for what, text in parts if text]


def words_of_changes(changes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give changes of fields each with the `words` that came and went; a date in words, if these tell the two apart."""
    return [{**change, "words": _words_of(change)} for change in changes]


def _words_of(change: Mapping[str, Any]) -> list[tuple[str, str]]:
    before, after = change["before"], change["after"]
    if change["field"] == "valid" and before and after:
        was, is_ = date_in_words(before), date_in_words(after)
        if is_.startswith(was) and is_ != was:
            return [("same", was), ("ins", is_.removeprefix(was))]
        return [("del", was if is_ != was else before), ("ins", is_ if is_ != was else after)]
    return mark_changes(before, after)


def _mark_words(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """Mark the words that changed; the whole middle part if its words recur so often that comparing takes long."""
    least = min(len(old), len(new))
    begin = next((at for at in range(least) if old[at] != new[at]), least)
    most = least - begin
    end = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    yield "same", "".join(old[:begin])
    middle = old[begin : len(old) - end], new[begin : len(new) - end]
    if _pairs(*middle) > _MOST_PAIRS:
        yield "del", "".join(middle[0])
        yield "ins", "".join(middle[1])
    else:
        yield from _parts(*middle)
    yield "same", "".join(old[len(old) - end :])


def _pairs(old: list[str], new: list[str]) -> int:
    """How many pairs of equal words two texts have: the time that a comparison takes grows with it."""
    counted = Counter(new)
    return sum(counted[word] for word in old)


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


def _shorten_part(what: str, text: str) -> str:
    if what == "same" and len(text) > _MOST_SHOWN:
        half = _MOST_SHOWN // 2
        return f"{text[:half]} … {text[-half:]}"
    return f"{text[:_MOST_CHANGED]} …" if len(text) > _MOST_CHANGED else text


def _items(before: list[Any], after: list[Any]) -> Iterator[tuple[str, str]]:
    for what, items, others in (("del", before, after), ("ins", after, before)):
        for item in items:
            if item not in others:
                yield what, plain(item)
                yield "same", " "
