"""The pictures in the documentation are taken by the script, are small, and are all shown."""

from __future__ import annotations

import re
from typing import Final

from tests.web.pictured import LARGEST, PICTURES, SHOTS

ROOT: Final = PICTURES.parent.parent
MOST_IN_README: Final = 2


def _list_pictures(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"pictures/([a-z]+\.\w+)", text)


def test_every_picture_is_taken_by_the_script_and_shown_in_a_page() -> None:
    there = {path.name for path in PICTURES.iterdir()}
    assert there == {f"{name}.webp" for name in SHOTS}
    assert sorted(_list_pictures("docs/pages.md")) == sorted(there)


def test_the_readme_shows_two_of_them() -> None:
    shown = _list_pictures("README.md")
    assert len(shown) == MOST_IN_README
    assert set(shown) <= {path.name for path in PICTURES.iterdir()}
    assert "state.webp" in shown


def test_every_picture_is_small() -> None:
    for path in PICTURES.iterdir():
        content = path.read_bytes()
        assert len(content) <= LARGEST, path.name
        assert (content[:4], content[8:12]) == (b"RIFF", b"WEBP"), path.name
