"""The generated parts of the documentation match the code; `make docs` writes them again."""

from __future__ import annotations

import re

import pytest

from domain.fact import KINDS
from domain.time.valid_time import ValidTime
from infrastructure.settings import SETTINGS, Settings
from tests.generated import DATES, FACTS, README, SETTINGS_TABLE, facts_page, settings_table


def test_the_page_of_facts_is_what_the_kinds_say() -> None:
    assert FACTS.read_text(encoding="utf-8") == facts_page()
    sections = re.findall("^### (.+)$", facts_page(), re.MULTILINE)
    registered = {
        name for name, kind in KINDS.items() if kind.__module__.startswith("domain.kinds")
    }
    assert sections == sorted(registered)


def test_the_table_of_settings_is_what_the_settings_say() -> None:
    [table] = SETTINGS_TABLE.findall(README.read_text(encoding="utf-8"))
    assert table == settings_table()


def test_a_default_written_out_is_the_default() -> None:
    written_out = {
        name: each.default for name, each in SETTINGS.items() if isinstance(each.default, str)
    }
    assert Settings.from_env(written_out) == Settings.from_env({})


def test_a_default_that_depends_on_other_settings_is_shown_in_words() -> None:
    assert all(each.shown for each in SETTINGS.values() if callable(each.default))


@pytest.mark.parametrize("text", [text for text, _ in DATES])
def test_every_date_of_the_page_is_read(text: str) -> None:
    assert ValidTime.parse(text).text == text
