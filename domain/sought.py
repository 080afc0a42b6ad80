"""Parses a full-text search. Accents and case do not count, and it means the same on both databases.

A fact is found if it has all the words. Words in double quotes, or joined as in "US-Belarus" or "1,200", must stand
side by side in that order; a trailing * finds every word that begins so. There is no other operator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from domain.errors import ContentError
from domain.naming import fold_name
from domain.spelling.many_names import list_latin_words
from domain.words import (
    is_unspaced,
    join_parts,
    merge_letters,
    respell,
    romanise_name,
    search_units,
    split_accented_words,
    split_words,
    transliterate,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MOST_WORDS: Final = 2_000
MOST_SPELLINGS: Final = 100
"""How many spellings of one name a search looks for; a name with more is refused, since facts would be missed."""
_FEW: Final = 20
"""A search compares all groups of names if there are fewer than this, or if it has more terms than this."""
_SPELT_TOO_OFTEN: Final = (
    f"aliases give a name in this more than {MOST_SPELLINGS} other spellings: ask for the person or the place instead,"
    " or end the name with * to look for this spelling alone"
)
#: Stands before a word that is there in another script; never in a word.
ROMANISED: Final = "≈"
_VARIED: Final = re.compile("(i|ks|k)")
_LOOSE: Final = {"i": "[ijy]+", "ks": "(?:ks|x)", "k": "[kx]"}
_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟«»\uff02", '"'))
_GERSHAYIM: Final = re.compile('(?<=[\u0591-\u05ea])["״“”„\u05f3’](?=[\u05d0-\u05ea])')
_TERM: Final = re.compile(r'"([^"]*)"(\*?)|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand side by side; with `prefix` the last one is the beginning of a word.

    `spelt` are the words with their accents. `joined` is the same term without the apostrophes within its words.
    """

    words: tuple[str, ...]
    prefix: bool = False
    spelt: tuple[str, ...] = field(default=(), compare=False)
    joined: Term | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Units of a text that must stand side by side; with `prefix` the last one is the beginning of a unit."""

    units: tuple[str, ...]
    prefix: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """Matches a text that all parts match; without parts it matches none."""

    parts: tuple[Sought, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Matches a text that at least one part matches."""

    parts: tuple[Sought, ...]


Sought = Phrase | AllOf | AnyOf


def split_terms(q: str) -> tuple[Term, ...]:
    """The terms of `q`, each once; empty if it has no word. ContentError at `/q` for too many words."""
    terms: dict[Term, None] = {}
    for quoted, star, bare in _TERM.findall(_GERSHAYIM.sub("", q).translate(_QUOTES)):
        if split_words(quoted or bare):
            terms[_make_term(quoted or bare, prefix=bool(star) or bare.endswith("*"))] = None
    if sum(len(term.words) for term in terms) > MOST_WORDS:
        raise ContentError.at("/q", f"this has too many words: write at most {MOST_WORDS}")
    return tuple(terms)


def _make_term(text: str, *, prefix: bool = False) -> Term:
    joined = join_parts(text)
    return Term(
        tuple(split_words(text)),
        prefix,
        tuple(split_accented_words(text)),
        None if joined is None else _make_term(joined, prefix=prefix),
    )


def parse_terms(
    terms: Sequence[Term],
    *,
    translit: bool = True,
    spellings: Iterable[Sequence[str]] = (),
    cut: bool = False,
) -> AllOf:
    """What a text must contain to be found; with `translit` also in other scripts, by transliteration both ways.

    `spellings` are groups of names for one thing: where neighbouring terms are such a name, or with `translit` its
    transliteration, any name of its group is found. ContentError at `/q` for a group of more than MOST_SPELLINGS; with
    `cut` only the first ones count.
    """
    known = _by_words(_select_named(spellings, terms), translit=translit)
    longest = max(map(len, known), default=0)
    form = _any_form if translit else _own_form
    parts: list[Sought] = []
    at = 0
    while at < len(terms):
        taken, others, romanised = _find_name(terms, at, known, longest)
        if len(others) > MOST_SPELLINGS and not cut:
            raise ContentError.at("/q", _SPELT_TOO_OFTEN)
        others = list(dict.fromkeys((*others, *romanised)))[:MOST_SPELLINGS]
        own = tuple(map(form, terms[at : at + taken]))
        alone = own[0] if taken == 1 else AllOf(own)
        parts.append(AnyOf((alone, *map(form, others))) if others else alone)
        at += taken
    return AllOf(tuple(parts))


_Known = dict[tuple[str, ...], list["Term"]]
"""{words of a spelling, or of its transliteration: the terms of all spellings of its groups}."""


def _select_named(
    spellings: Iterable[Sequence[str]], terms: Sequence[Term]
) -> Iterable[Sequence[str]]:
    """The groups of names that may have a word of a search, and some others; all of them for a long search."""
    groups = list(spellings)
    if len(terms) > _FEW or len(groups) < _FEW:
        return groups
    find = _make_finder(set().union(*map(_list_needles, map(_any_form, terms))), of_words=True)
    named = [(at, fold_name(phrase)) for at, group in enumerate(groups) for phrase in group]
    latin = zip(named, list_latin_words([name for _, name in named]), strict=True)
    found = {at for (at, _), words in latin if words is None or find(words)}
    return [groups[at] for at in sorted(found)]


def _by_words(spellings: Iterable[Sequence[str]], *, translit: bool) -> _Known:
    known: _Known = {}
    for group in spellings:
        terms = {_make_term(phrase): None for phrase in group}
        worded = [term for term in terms if term.words]
        for term in worded:
            for each in (term, term.joined):
                if each is not None:
                    for words in {each.words, *(_romanise_term(each) if translit else ())}:
                        known.setdefault(words, []).extend(worded)
    return known


def _find_name(
    terms: Sequence[Term], at: int, known: _Known, longest: int
) -> tuple[int, list[Term], list[Term]]:
    """How many terms from `at` on are a name with other spellings, and these; (1, [], []) if they are no such name.

    The last list has the spellings of names whose transliteration the terms are.
    """
    named: tuple[int, list[Term], list[Term]] = (1, [], [])
    asked = Term(())
    for index, term in enumerate(terms[at:], 1):
        asked = Term((*asked.words, *term.words), spelt=(*asked.spelt, *term.spelt))
        if term.prefix or len(asked.words) > longest:
            break
        exact, romanised = (
            [each for key in keys for each in known.get(key, ()) if each.words != asked.words]
            for keys in ((asked.words,), _romanise_term(asked))
        )
        if exact or romanised:
            named = index, exact, romanised
    return named


def _romanise_term(term: Term) -> dict[tuple[str, ...], None]:
    """The words of a term in Latin letters, marked: without its accents and with them."""
    latin = filter(None, map(transliterate, (term.words, term.spelt or term.words)))
    return {tuple(f"{ROMANISED}{merge_letters(word)}" for word in words): None for words in latin}


def holds_terms(wanted: Sought, text: Sequence[str]) -> bool:
    """Whether the words of a fact match a search; a search without words matches nothing."""
    match wanted:
        case Phrase():
            return _stands(wanted, text)
        case AllOf():
            return bool(wanted.parts) and all(holds_terms(part, text) for part in wanted.parts)
        case AnyOf():
            return any(holds_terms(part, text) for part in wanted.parts)


def make_name_test(wanted: AllOf) -> Callable[[Sequence[str]], list[bool]]:
    """A quick test of whether the words of each of some names, folded by `fold_name`, may match a search.

    Each name that `holds_terms` finds passes the test, and others may pass it.
    """
    needles = [_list_needles(part) for part in wanted.parts]
    in_words, in_letters = (
        [_make_finder(each, of_words=of_words) for each in needles] for of_words in (True, False)
    )

    def may_match(name: str, words: str | None) -> bool:
        if words is not None:
            return all(find(words) for find in in_words)
        letters = romanise_name(name)
        return all(find(letters) for find in in_letters)

    def test(names: Sequence[str]) -> list[bool]:
        if not needles:
            return [False] * len(names)
        return [*map(may_match, names, list_latin_words(names))]

    return test


_Needle = tuple[str, bool]
"""Letters of a word in Latin script, and whether they are the whole word and not only its beginning."""


def _make_finder(needles: Iterable[_Needle], *, of_words: bool) -> Callable[[str], object]:
    """A search for one of some needles: `of_words` with a blank before and after each word, or in the letters alone."""
    blank = " " if of_words else ""
    texts = {f"{blank}{_loosen(letters)}{blank if whole else ''}" for letters, whole in needles}
    return re.compile("|".join(sorted(texts))).search


def _loosen(letters: str) -> str:
    """A pattern of letters that finds all texts which are the same after `merge_letters`, and perhaps others."""
    parts = _VARIED.split(merge_letters(letters))
    return "".join(_LOOSE.get(part) or re.escape(part) for part in parts)


def _list_needles(wanted: Sought) -> set[_Needle]:
    """Needles: each name that matches has at least one of them after it is romanised."""
    match wanted:
        case Phrase():
            units = [romanise_name(unit).split(" ")[0] for unit in wanted.units]
            at = max(range(len(units)), key=lambda index: len(units[index]))
            return {(units[at], at < len(units) - 1 or not wanted.prefix)}
        case AllOf():
            return _list_needles(wanted.parts[0])
        case AnyOf():
            return set().union(*map(_list_needles, wanted.parts))


def _own_form(term: Term) -> Sought:
    return AnyOf((_phrase(term), _phrase(term.joined))) if term.joined else _phrase(term)


def _any_form(term: Term) -> Sought:
    return (
        AnyOf((_any_script(term), _any_script(term.joined))) if term.joined else _any_script(term)
    )


def _any_script(term: Term) -> Sought:
    phrases = {_phrase(term): None}
    for words in filter(None, map(transliterate, (term.words, term.spelt or term.words))):
        phrases[Phrase(words, term.prefix)] = None
        if not all(map(str.isascii, term.words)):
            spelt = zip(*map(respell, words), strict=True)
            phrases |= {Phrase(each, term.prefix): None for each in spelt}
    phrases |= {Phrase(words, term.prefix): None for words in _romanise_term(term)}
    return AnyOf(tuple(phrases)) if len(phrases) > 1 else next(iter(phrases))


def _phrase(term: Term) -> Phrase:
    """The phrase for a term. A last word in a script without blanks becomes its pairs, or the start of a pair."""
    *_, last = term.words
    units = search_units(term.words)
    if not is_unspaced(last):
        return Phrase(tuple(units), term.prefix)
    return Phrase(tuple(units[:-1] if len(last) > 1 else units), prefix=len(last) == 1)


def _stands(phrase: Phrase, text: Sequence[str]) -> bool:
    *head, last = phrase.units
    return any(
        list(text[at : at + len(head)]) == head
        and (
            text[at + len(head)].startswith(last) if phrase.prefix else text[at + len(head)] == last
        )
        for at in range(len(text) - len(head))
    )
