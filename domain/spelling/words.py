"""Compares single words of names as languages write them: by their consonants, and by the forms of given names."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from domain.spelling.given_names import list_forms
from domain.words import is_unspaced

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST: Final = 2
"""The sound of a word with fewer consonants has its vowels too."""
_ENOUGH: Final = 4
"""How many consonants a word keeps at least without the ending that Lithuanian adds."""
_LETTER: Final = "[bcdfghkmnpqrstz]"
_CONSONANTS: Final = tuple(
    (needles.split(), re.compile(pattern, re.MULTILINE), sound)
    for needles, pattern, sound in (
        ("x", "x", "ks"),
        ("ph", "ph", "f"),
        ("h", "(?<=[ae])k?h$", ""),
        ("al el", f"^[ae]l(?={_LETTER}(?:.*{_LETTER}){{2}})", ""),
        ("ee", "ee", "i"),
        ("ck", "ck(?=[aiy])", "tsk"),
        ("c", "c(?=[eijy])|(?<=[a-z]{3}e)c$", "ts"),
        ("vic", "vic$", "vich"),
        ("dzh dj", "dzh|dj", "j"),
        ("sh sz zh sch chtch", "schtsch|chtch|shch|szcz|(?<!t)sch|sh|sz|zh", "s"),
        ("ch cz kh g", "tsch|tch|ch|cz|kh|g", "h"),
        ("t", "t[szh]", "t"),
        ("d", "d[szh]", "d"),
    )
)
"""(texts, one of which a word has if the pattern is found in it; the pattern; the replacement), in order.

They stand for what languages write differently: Igor and Ihar, Sergei and Siarhei.
"""
_CHANGED: Final = re.compile("[cghxz]|ee|dj|[dt]s|^[ae]l")
"""Without one of these, no pattern of `_CONSONANTS` changes a word."""
_ALIKE: Final = str.maketrans("cqjywz", "kkiivs")
_TWICE: Final = re.compile(r"([a-z])(?=\1)")
_END: Final = re.compile("[aeio][uv](?=a?$)", re.MULTILINE)
_IE: Final = re.compile("^ie", re.MULTILINE)
_ENDS: Final = ("u", "v", "ua", "va")
"""How a word ends in which `_END` is found."""
_VOWELS: Final = str.maketrans("", "", "aeiouv")
_LITHUANIAN: Final = re.compile("i?[aeiu]s$")
_OF_A_MAN: Final = re.compile("[aeiou].*[^aeiounv]$")
"""A softened word that is no surname such as Putin or Ivanov, of which women have another form."""
_INITIALS: Final = {
    letter: frozenset(like)
    for letter, like in {
        "c": "ckt", "d": "dj", "e": "ejy", "g": "gh", "h": "gh", "i": "ijy", "j": "dijy", "k": "ckq", "kh": "chk",
        "o": "ov", "q": "kq", "s": "sz", "t": "ct", "u": "uvw", "v": "ouvw", "w": "uvw", "y": "eijy", "z": "sz",
    }.items()
}  # fmt: skip
"""The letters with which another spelling of a name may begin."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name in Latin letters.

    `soft` is its softened form. `key`: words that may be one name have one key, and others may have it too; empty for
    an initial. `sounds`: its own, and those of the other forms of a given name. `names`: the given names whose form it
    is, by number. `begins`: the letters with which its forms begin.
    """

    text: str
    soft: str
    key: str
    sounds: frozenset[str]
    names: frozenset[int]
    begins: frozenset[str]

    def may_be(self, other: Word) -> bool:
        """Whether both may be one name, or one is an initial of the other."""
        if not self.key and not other.key:
            return other.text[0] in self.begins or self.text[0] in other.begins
        if not self.key or not other.key:
            return not self.begins.isdisjoint(other.begins)
        if self.names and other.names:
            return not self.names.isdisjoint(other.names)
        return not (
            self.sounds.isdisjoint(other.sounds) or _are_of_man_and_woman(self.soft, other.soft)
        )


def _are_of_man_and_woman(one: str, other: str) -> bool:
    """Whether softened words are given names of a man and of a woman, such as Walid and Walida, and no surnames."""
    shorter, longer = sorted((one, other), key=len)
    return longer == f"{shorter}a" and _OF_A_MAN.search(shorter) is not None


@lru_cache(maxsize=8_192)
def make_word(word: str, text: str) -> Word:
    """A word of a name, and its spelling in Latin letters."""
    if len(word) == 1 and word.isalpha() and not is_unspaced(word):
        return Word(text, text, "", frozenset(), frozenset(), _letters_like(text))
    if text.isdecimal():
        return Word(text, text, text, frozenset((text,)), frozenset(), frozenset(text[0]))
    forms, soft = _FORMS, _soften(text)
    sound = _sound(soft)
    names = _find_names(soft)
    if not names:
        return Word(
            text, soft, forms.keys.get(sound, sound), frozenset((sound,)), names, frozenset(text[0])
        )
    other = frozenset[str]().union(*(forms.sounds[name] for name in names))
    begins = frozenset(text[0]).union(*(forms.begins[name] for name in names))
    return Word(text, soft, forms.keys[next(iter(other))], other | {sound}, names, begins)


def is_given_name(text: str) -> bool:
    """Whether a word in Latin letters is one of the given names whose forms are known."""
    return _soften(text) in _FORMS.names


def list_word_keys(words: Sequence[str]) -> list[str]:
    """The key of each of some words in Latin letters that are no initials."""
    keys = []
    for word, soft in zip(words, _soften_all(words), strict=True):
        sound = _sound(soft)
        if word.isdecimal():
            keys.append(word)
        elif names := _find_names(soft):
            keys.append(_FORMS.keys[next(iter(_FORMS.sounds[min(names)]))])
        else:
            keys.append(_FORMS.keys.get(sound, sound))
    return keys


def _soften_all(words: Sequence[str]) -> list[str]:
    """`_soften` of each word, at once."""
    lines = "\n".join(words)
    for needles, pattern, replacement in _CONSONANTS:
        if any(needle in lines for needle in needles):
            lines = pattern.sub(replacement, lines)
    lines = _TWICE.sub("", lines.translate(_ALIKE))
    return _END.sub("ov", _IE.sub("e", lines)).split("\n")


def _find_names(soft: str) -> frozenset[int]:
    """The given names whose form a softened word is."""
    names = _FORMS.names.get(soft)
    if not names and soft.endswith("s"):
        names = _FORMS.names.get(_LITHUANIAN.sub("", soft))
    return names or frozenset()


def _letters_like(initial: str) -> frozenset[str]:
    """The letters with which a word may begin if this, in Latin letters, is its initial."""
    return _INITIALS.get(initial) or _INITIALS.get(initial[0], frozenset(initial[0]))


def _soften(word: str) -> str:
    """A word with one letter for the consonants that languages exchange, and its vowels."""
    if _CHANGED.search(word):
        for needles, pattern, replacement in _CONSONANTS:
            for needle in needles:
                if needle in word:
                    word = pattern.sub(replacement, word)
                    break
    word = _TWICE.sub("", word.translate(_ALIKE))
    if word.startswith("ie"):
        word = word[1:]
    return _END.sub("ov", word) if word.endswith(_ENDS) else word


def _sound(soft: str) -> str:
    """The consonants of a softened word; the word itself if there are too few."""
    sound = soft.translate(_VOWELS)
    if len(sound) > _ENOUGH and _LITHUANIAN.search(soft):
        sound = sound[:-1]
    return sound if len(sound) >= _LEAST else soft


@dataclass(frozen=True, slots=True)
class _Forms:
    """The table of given names, by softened forms; `keys` has one key for all sounds that a chain of names joins."""

    names: dict[str, frozenset[int]]
    sounds: list[frozenset[str]]
    begins: list[frozenset[str]]
    keys: dict[str, str]


def _read_forms() -> _Forms:
    names: dict[str, set[int]] = defaultdict(set)
    sounds, begins, keys = list[frozenset[str]](), list[frozenset[str]](), dict[str, str]()
    for number, forms in enumerate(list_forms()):
        soft = [_soften(form) for form in forms]
        sounds.append(frozenset(map(_sound, soft)))
        begins.append(frozenset(form[0] for form in forms))
        for each in soft:
            names[each].add(number)
        joined = {keys.get(sound, sound) for sound in sounds[-1]}
        key = min(joined)
        keys.update(dict.fromkeys(sounds[-1], key))
        keys.update((sound, key) for sound, old in keys.items() if old in joined)
    return _Forms({form: frozenset(of) for form, of in names.items()}, sounds, begins, keys)


_FORMS: Final = _read_forms()
