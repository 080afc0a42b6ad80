"""The languages in which numbers are read; another language is another table like these."""

from __future__ import annotations

from typing import Final

from domain.number.english import ENGLISH
from domain.number.russian import RUSSIAN
from domain.number.ukrainian import UKRAINIAN

SUFFIXES: Final = {"k": 10**3, "m": 10**6}
"""Suffixes that multiply the number before them, as in 5k."""
LANGUAGES: Final = (ENGLISH, RUSSIAN, UKRAINIAN)
