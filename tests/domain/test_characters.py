"""Characters that no script needs are refused, those that some script needs are accepted; invisible text is blank."""

from __future__ import annotations

import sys
import unicodedata
from typing import Final

import pytest

from domain.characters import is_blank, is_invisible, is_plain, strange_character

PERSIAN: Final = "می\u200cخواهد"  # noqa: RUF001 -- another script is the point
HINDI: Final = "क्\u200dष"
FAMILY: Final = "👩\u200d👧"
HEBREW: Final = "שלום"
ENGLAND: Final = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    "character",
    [
        *map(chr, (*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0))),
        *"\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u206a\u206f\ufeff",
        *"\u200b\u200c\u200d\u200e\u200f\u061c\ufff9\ufffb\ud800\udfff\ufdd0\ufffe\uffff",
        *"\u034f\u115f\u1160\u17b4\u180b\u180e\u2060\u2061\u2064\u2065\u3164\uffa0\ufff0\ufe00\ufe0e\ufe0f",
        *"\U00013430\U0001bca0\U0001d159\U0001d173\U0001d17a\U000e0080\U000e0100\U000e01ef\U000e01f0",
        *"\U0001fffe\U0010ffff\U000e0001\U000e0041\U000e007f",
    ],
    ids=ascii,
)
def test_in_latin_text_it_is_refused_by_its_number_and_place(character: str) -> None:
    said = strange_character(f"John Co{character}le")
    assert said is not None
    assert said.startswith(f"U+{ord(character):04X}")
    assert " at character 8 " in said
    assert said.rpartition(": ")[2].startswith(("leave it out", "write a line break"))
    assert said.isprintable()


@pytest.mark.parametrize("character", "\u202d\u202e\x9b\x1b\x00\u2028\ufeff\u206a", ids=ascii)
def test_what_no_script_needs_is_refused_in_every_script(character: str) -> None:
    for text in (PERSIAN, HINDI, FAMILY, HEBREW, "Ґанна", "中文", "ไทย"):
        assert strange_character(text + character + text) is not None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Lukashenko\nand Coale\tmet\r\n",
            "Łukašenka",
            "Лукашэнка",
            "ลู\u200bกาเชนโก",
            "50 ≤ x",
            "“—…”",
        ),
        *(
            PERSIAN,
            HINDI,
            FAMILY,
            HEBREW,
            ENGLAND,
            "co\u00adoperate",
            "☝🏽",
            "❤\ufe0f",
        ),
        *(
            f"{HEBREW}\u200f, Minsk",
            f"\u200e{HEBREW}",
            "مرحبا\u061c 2025",
            f"(\u2068{HEBREW}\u2069) Minsk",
        ),
        *(
            f"\u2067{HEBREW} \u2066Minsk\u2069\u2069",
            f"\u202b{HEBREW}\u202c",
            "\ue000",
            "葛\U000e0100城",
            "辻\ufe00",
            "1\ufe0f\u20e3",
            "👩\u200d❤\ufe0f\u200d👩",
            "🏳\ufe0f\u200d🌈",
            "ᠭᠠᠷ\u180eᠠ",
            "ᠠ\u180b",
            "ᄀ\u1160",
            "\u115fᅡ",
            "\u115f\u1160ᆨ",
            "\u3164ㄱㅏㄴ",
            "ב\u05bc\u034f\u05b0",
            "≨\ufe00",
            "ﷺ",
            "e\u0301",
        ),
    ],
    ids=ascii,
)
def test_what_a_script_needs_stands(text: str) -> None:
    assert strange_character(text) is None
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (f"{HEBREW}\u2066Minsk", 5),
        (f"{HEBREW}\u2069Minsk", 5),
        (f"{HEBREW}\u202bMinsk\u2069", 11),
        (f"{HEBREW}\u2067Minsk\u202c", 11),
        (f"{HEBREW}\u2067\u202bMinsk\u2069\u202c", 12),
        (f"{ENGLAND}\U000e007f", 8),
    ],
    ids=ascii,
)
def test_what_turns_the_order_is_ended_where_it_was_begun(text: str, at: int) -> None:
    said = strange_character(text)
    assert said is not None
    assert f"at character {at} " in said


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\t\n\r", "\u00a0\u1680\u2000\u200a\u202f\u205f\u3000", "\u0301", "\u2800"),
        *"\u200b\u200c\u200d\u200e\u2060\u2061\ufeff\u00ad\u034f\u115f\u1160\u3164\uffa0\u180e\ufe0f\u061c",
        *("\u200b \u2060\u3164\u0301", "\U000e0020", "\x00", "\x9b", "\u2028"),
    ],
    ids=ascii,
)
def test_a_text_without_visible_characters_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize(
    "text", ["a", "é", "Ж", "中", "5", "?", "€", "🕊", "\u200ba", "ᄀ", "\u0b95", "\ue000"]
)
def test_a_text_with_a_visible_character_is_not_blank(text: str) -> None:
    assert not is_blank(text)


def test_no_format_character_of_unicode_stands_in_latin_text_but_these() -> None:
    stand = [
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Zl", "Zp", "Cs"}
        and strange_character(f"a{chr(code)}a") is None
    ]
    assert [code for code in stand if code < 0x10000 and code not in range(0x600, 0x900)] == [
        0x09,
        0x0A,
        0x0D,
        0xAD,
    ]


def test_what_is_never_shown_stands_in_no_latin_name_and_only_where_it_is_needed() -> None:
    unseen = [chr(code) for code in range(sys.maxunicode + 1) if is_invisible(chr(code))]
    for text in (
        "Same{}Name",
        "Same{}",
        "{}Same",
        "5{}%",
        "№{}",
        "Same{} 中",
        "ไทย Same{}Name",
        "→{}",
    ):
        stand = [
            each
            for each in unseen
            if strange_character(text.format(each), one_line=True) is None
            and not ("→" in text and each in "\u200b\u200c\u200d")
        ]
        assert stand == [], text


@pytest.mark.parametrize(
    "text",
    [
        "می\u200c\u200cخواهد",  # noqa: RUF001 -- another script is the point
        "葛\U000e0100\U000e0101城",
        "❤\ufe0f\ufe0f",
        "ᠭ\u180e\u180eᠠ",
        "김\u3164철수",
        "김\u115f\u1160철수",
        "№\ufe0f",
        "1\ufe0f",
        "中\u034f文",
        "\ufe0f❤",
    ],
    ids=ascii,
)
def test_a_second_one_or_one_at_another_place_is_not_needed(text: str) -> None:
    assert strange_character(text) is not None


@pytest.mark.parametrize("character", ["\n", "\r", "\r\n", "\u2028", "\x85", "\x0b"], ids=ascii)
def test_what_is_one_line_is_not_broken(character: str) -> None:
    for text in ("Same{}Name", "{}Лукашэнка", "中文{}"):
        said = strange_character(text.format(character), one_line=True)
        assert said is not None
        assert "breaks what is one line: write a blank in its place" in said
        assert said.isprintable()


def test_the_invisible_are_those_of_the_standard() -> None:
    assert sum(is_invisible(chr(code)) for code in range(sys.maxunicode + 1)) == 4174


def test_a_plain_character_is_seen_and_stands_in_every_text() -> None:
    plain = [chr(number) for number in range(sys.maxunicode + 1) if is_plain(f"a{chr(number)}")]
    assert len(plain) > len("The letters of Latin, Greek and Cyrillic")
    strange = [each for each in plain if strange_character(each, one_line=True) is not None]
    assert strange == []
    assert [each for each in plain if is_blank(each)] == [" "]
    assert not any(map(is_plain, ("", " ", "\n", "a\nb", "a\u00adb", "a\u200db")))
