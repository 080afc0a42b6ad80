"""Words for what is counted that mean all of them, and not some, as "women" does."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from domain.naming import fold_name

_WORDS: Final = (
    "held prisoners detainees inmates people persons total",
    "удерживаемые заключенные заключённые заключенных заключённых задержанные задержанных людей люди человек всего",
    "утримувані ув'язнені ув'язнених в'язні в'язнів затримані затриманих осіб усього всього",  # noqa: RUF001
    "зняволеныя зняволеных вязні вязняў затрыманыя затрыманых чалавек усяго",
)
EVERYBODY: Final = frozenset(fold_name(word) for words in _WORDS for word in words.split())
"""What a count calls all who are held, beside their population's name: English, Russian, Ukrainian, Belarusian."""
_SYNONYMS: Final = {
    "released": (
        "freed",
        "liberated",
        "освобождены",
        "освобождено",
        "отпущены",
        "звільнені",
        "звільнено",
    ),
    "pardoned": ("помилованы", "помиловано", "помилувані", "помилувано", "amnestied"),
}
"""Other words for what is added up; a number of them is not added."""
NEAR: Final = 0.8
_FEW_WORDS: Final = 2


def names_sum(counted: str, summed: str) -> bool:
    """Whether a word for what is added up, or for the same, is among few folded words: "freed" or "released women"."""
    words = counted.split()
    return len(words) <= _FEW_WORDS and any(_is_near(word, summed) for word in words)


@lru_cache(maxsize=1024)
def means_sum(counted: str, summed: str) -> bool:
    """Whether folded words may mean all of what is added up, as "freed", "people" or "released prisoners" do."""
    words = counted.split()
    return all(word in EVERYBODY or _is_near(word, summed) for word in words)


def _is_near(word: str, summed: str) -> bool:
    known = (fold_name(summed), *_SYNONYMS.get(summed, ()))
    return bool(get_close_matches(word, known, n=1, cutoff=NEAR))
