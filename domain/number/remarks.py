"""Remarks beside a number: text in brackets or after a comma, which mostly leaves the number as it is.

A remark may change the number if it has a word of a hedge or of doubt, a share of nobody named, or a number that is no
part of it and no date.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from domain.number.tokens import MARKS
from domain.number.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.number.language import Language, Phrase

_THOUSAND: Final = 1_000
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_PRONOUNS: Final = frozenset(("one", "один", "одна", "одного", "одной", "одну", "одні", "одне", "однієї"))  # fmt: skip
"""Words for one: at the beginning of a remark they name somebody ("one later died"), as "several" does."""


def _index(phrases: Iterable[Phrase]) -> Mapping[str, Sequence[Phrase]]:
    """{first word: phrases}."""
    by_first: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        by_first.setdefault(phrase[0], []).append(phrase)
    return by_first


_REMARKS: Final = tuple(language.remarks for language in LANGUAGES)
_TELLING: Final = {
    word
    for language in LANGUAGES
    for phrase in (*language.before, *language.after)
    for word in set(phrase) - language.function
}
"""Words of a hedge, which in a remark may change the number before it."""
_DOUBTS: Final = _index(phrase for words in _REMARKS for phrase in words.doubts)
_STEMS: Final = tuple(stem for words in _REMARKS for stem in words.stems)
_ALONE: Final = {phrase for words in _REMARKS for phrase in words.alone}
_STILL: Final = {(), *(phrase for words in _REMARKS for phrase in words.still)}
_ENDINGS: Final = tuple(ending for words in _REMARKS for ending in words.endings)
_FATES: Final = {word for words in _REMARKS for word in words.fates}
_SHARES: Final = _index(phrase for words in _REMARKS for phrase in words.shares)
_PARTS: Final = _index(phrase for words in _REMARKS for phrase in words.parts)
_OF_PARTS: Final = {
    word for words in _REMARKS for phrase in (*words.parts, *words.shares) for word in phrase
}
_SORTS: Final = {word for words in _REMARKS for word in words.sorts}
_DONE: Final = {word for words in _REMARKS for word in words.done}
_WHERE: Final = {word for words in _REMARKS for word in words.where}
_DUE: Final = {word for words in _REMARKS for word in words.due}
_HARMLESS: Final = {phrase for words in _REMARKS for phrase in words.harmless}
_INSTEAD: Final = {phrase: words for each in _REMARKS for phrase, words in each.plain.items()}
_PLAIN: Final = _index(_INSTEAD)
_OF: Final = {word for language in LANGUAGES for word in language.of}
_MONTHS: Final = {month for language in LANGUAGES for month in language.months}
_JOINED: Final = {
    word for language in LANGUAGES for word in language.both if word not in {"but", "yet"}
}
_UNITS: Final = {word for language in LANGUAGES for word in (*language.units, *language.plurals)}
_SEVERAL: Final = {
    word
    for language in LANGUAGES
    for phrase in (*language.several, *language.pairs)
    for word in set(phrase) - language.function - language.articles - {"quite"}
}
_NAMING: Final = _PRONOUNS | _SEVERAL
_SMALL: Final = {word for language in LANGUAGES for word in language.small}
_COUNTED: Final = _SMALL | _UNITS | _SEVERAL
_OTHERS: Final = frozenset(("others", "других", "інших"))


def split_remarks(tokens: Phrase) -> tuple[Phrase, list[Phrase]]:
    """Split tokens into those outside brackets and before the first comma, and the remarks, without brackets."""
    shown: list[str] = []
    remarks: list[list[str]] = []
    inside = False
    for at, part in enumerate(tokens):
        if part == "," and not inside:
            remarks.append(list(tokens[at:]))
            break
        if part in "()":
            inside = part == "("
            remarks += [[]] if inside else []
        elif inside:
            remarks[-1].append(part)
        else:
            shown.append(part)
    plain = (tuple(part for part in remark if part not in MARKS) for remark in remarks)
    return tuple(shown), [remark for remark in plain if remark]


def breaks_off(tokens: Phrase) -> bool:
    """Whether a bracket is not closed, or not opened, or stands between two words of a number: "ten (10) thousand"."""
    opened: int | None = None
    for at, part in enumerate(tokens):
        if part not in "()":
            continue
        if (part == "(") != (opened is None):
            return True
        if part == ")" and opened:
            before, behind = tokens[opened - 1], tokens[at + 1 : at + 2]
            if behind and _is_number(before) and _is_number(behind[0]):
                return True
        opened = at if part == "(" else None
    return opened is not None


def splits_numbers(tokens: Phrase, language: Language) -> bool:
    """Whether a comma or bracket stands between two numbers: not in "one thousand, two hundred"."""
    for at, mark in enumerate(tokens):
        if mark not in MARKS:
            continue
        before = next((part for part in reversed(tokens[:at]) if part not in MARKS), "")
        after = _without_idle(tuple(part for part in tokens[at:] if part not in MARKS), language)
        if not (_is_number(before) and after and _is_number(after)):
            continue
        continued = mark == "," and language.units.get(before, 0) >= _THOUSAND
        if not continued or after in _UNITS:
            return True
    return False


def _without_idle(tokens: Phrase, language: Language) -> str:
    """The first token that is no word that changes no bound."""
    return next((part for part in tokens if (part,) not in language.idle), "")


def leaves_number(remark: Phrase) -> bool:
    """Whether a remark leaves the number before it as it is."""
    words = _without_plain(tuple(word for word in remark if word != "-"))
    if words in _HARMLESS:
        return True
    if not words or words in _ALONE or _is_state(words) or _is_doubtful(_without_others(words)):
        return False
    if _has_any(words, _PARTS):
        return _says_what(words) and _DONE.isdisjoint(words)
    if any(_is_share(words, at) for at in range(len(words))):
        return False
    others = _without_part(words)
    if others != words and not _DONE.isdisjoint(others):
        return False
    joined = others[0] in _JOINED
    return not (joined or any(_adds(others, at) for at in range(len(others))))


def find_parts(remark: Phrase) -> list[Phrase]:
    """The numbers of a remark that leaves the number, as runs of words: not dates, and not how old or how long."""
    words = _without_plain(remark)
    runs: list[Phrase] = [()]
    for at, word in enumerate(words):
        if _adds(words, at):
            runs[-1] += (word,)
        elif runs[-1]:
            runs.append(())
    return [run for run in runs if run]


def _without_plain(words: Phrase) -> Phrase:
    """The words with the phrases that sound like doubt and are none replaced."""
    kept: list[str] = []
    at = 0
    while at < len(words):
        end = max(_find_ends(words, at, _PLAIN), default=at)
        kept += _INSTEAD[words[at:end]] if end > at else (words[at],)
        at = max(end, at + 1)
    return tuple(kept)


def _is_doubtful(words: Phrase) -> bool:
    """Whether a word or phrase says that the number is not exact, not certain, not so yet, or not all."""
    return (
        not _TELLING.isdisjoint(words)
        or any(word.startswith(_STEMS) for word in words)
        or _has_any(words, _DOUBTS)
    )


def _is_state(words: Phrase) -> bool:
    """Whether the words are a participle or an adverb that says how the number stands, as "rising" and "loosely" do."""
    last = words[-1:] if words[:-1] in _STILL else ()
    return any(word.endswith(_ENDINGS) and word not in _FATES for word in last)


def _says_what(words: Phrase) -> bool:
    """Whether a remark about a part says more than how many they are, as "half of them" does not."""
    return not all(map(_is_number, set(words) - _OF_PARTS))


def _is_share(words: Phrase, at: int) -> bool:
    """Whether a share stands at a place, and not a share of some sort of people, or of something else."""
    ends = _find_ends(words, at, _SHARES)
    return any(words[end : end + 1] == () or words[end] not in _OF | _SORTS for end in ends)


def _without_others(remark: Phrase) -> Phrase:
    """The remark without its last word, if that counts the rest of a part ("including Ann Example and 13 others")."""
    named = remark[:1] and _find_ends(remark, 0, _PARTS)
    rest = named and remark[-1] in _OTHERS and sum(map(_is_number, remark)) == 1
    return remark[:-1] if rest else remark


def _without_part(remark: Phrase) -> Phrase:
    """The remark without a number at its beginning that counts people of some sort ("three women")."""
    behind = next((at for at, word in enumerate(remark) if not _is_number(word)), 0)
    return remark[behind:] if remark[behind] in _SORTS else remark


def _adds(remark: Phrase, at: int) -> bool:
    """Whether the token is a number that is no date and does not say where or when, or is a day to come."""
    if not _is_number(remark[at]) or (at == 0 and remark[at] in _NAMING):
        return False
    if at > 0 and remark[at - 1] in _DUE:
        return True
    beside = remark[max(at - 2, 0) : at] + remark[at + 1 : at + 2]
    dated = not _MONTHS.isdisjoint(beside) or (at > 0 and _YEAR.fullmatch(remark[at]) is not None)
    placed = at > 0 and remark[at - 1] in _WHERE and remark[at] not in _UNITS
    return not (dated or placed)


def _is_number(word: str) -> bool:
    return word[:1].isdigit() or word in _COUNTED


def _has_any(words: Phrase, phrases: Mapping[str, Sequence[Phrase]]) -> bool:
    return any(_find_ends(words, at, phrases) for at in range(len(words)))


def _find_ends(words: Phrase, at: int, phrases: Mapping[str, Sequence[Phrase]]) -> list[int]:
    """Where the phrases end that begin at a place."""
    begun = phrases.get(words[at], ())
    return [at + len(each) for each in begun if words[at : at + len(each)] == each]
