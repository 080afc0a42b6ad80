"""A search finds what its words say, at any perspective, and any query text is safe."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from domain.errors import ContentError
from domain.fact import fact_id
from domain.sought import MOST_WORDS
from domain.streams.negotiation import decide_open
from domain.time.perspective import PerspectiveQuery
from domain.views.timeline import TimelineFilter
from tests.examples import NEGOTIATION, fact
from tests.readers.full_texts import (
    RECORDED,
    cut_published,
    decide_recording,
    find_facts,
    open_record,
    record_all,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.composition import Parley

ASKED: Final = {
    "lukaszenka": ["release"],
    "ŁUKASZENKA nauseda": ["release"],
    "Nausėda": ["release"],
    "coale": ["envoy", "spelling"],
    "cole": ["spelling"],
    "COAL*": ["envoy", "spelling"],
    "coal": [],
    '"john coale" minsk': ["envoy"],
    '"coale john"': [],
    '"speaks for wash"*': ["envoy"],
    '"speaks for wash"': [],
    "wash* speaks": ["envoy"],
    "еще лучше": ["statement"],
    '"ЕЩЁ ЛУЧШЕ"': ["statement"],
    "1,200": ["statement"],
    "200,1": [],
    "lithuania": ["release"],
    "fifty-two LIGA.net": ["release"],
    "reuters": ["envoy", "spelling", "statement"],
    "coale OR lithuania": [],
    "-": [],
}
HOSTILE: Final = (
    "'",
    '"',
    '""',
    "'; DROP TABLE fact_text; --",
    '" OR "1"="1',
    "a' & 'b",
    "a:*&b",
    "!a",
    "a <-> b",
    "a\\",
    "\\' a",
    "NEAR(a b, 2)",
    "body : a",
    "^a",
    "a AND",
    "AND OR NOT",
    "{body fact_id}: a",
    "a + b",
    "()",
    "(a",
    "* ***",
    "%_",
    "\ufe0f\u200d",
    "\U0001f1e7\U0001f1fe",
    "¶",
    "x" * 4_000,
    "é" * 4_000,
    "\ufdfa" * 400,
    " ".join(f'"w{n} v{n}"' for n in range(MOST_WORDS // 2)),
    " ".join(f"w{n}*" for n in range(MOST_WORDS)),
)


@pytest.fixture
def parley(database_url: str) -> Iterator[Parley]:
    with open_record(database_url) as parley:
        yield parley


def test_words_are_found_whatever_their_accents_and_case(parley: Parley) -> None:
    record_all(parley)
    assert {q: find_facts(parley, q) for q in ASKED} == ASKED


FOUND_BY: Final = {
    "美国和白俄罗斯商谈被关押者的释放": (
        "被关押",
        "白俄罗斯",
        "释放",
        "释",
        "美",
        '"白俄罗斯商谈"',
        "关押 商谈",
    ),
    "北京2025年9月释放52名被关押者": ("被关押", "年9月", "52名", '"释放52名"', "名"),
    "金正恩在平壤": ("Zhengen",),
    "ベラルーシで拘束された人々": ("拘束", "ベラルーシ", "された", "人", "ヘ\u3099ラルーシ"),
    "벨라루스에서 억류된 사람들": ("억류", "벨라루스", "사람", "\u1107\u1166\u11af라루스"),
    "มีผู้ถูกคุมขังในเรือนจำ": ("คุมขัง", "เรือนจำ", "ผู้ถูก"),
    "အကျဉ်းသားများကို လွှတ်ပေးသည်": ("အကျဉ်းသား", "လွှတ်"),
    "អ្នកទោសត្រូវបានដោះលែង": ("អ្នកទោស", "ដោះលែង"),
    "ນັກໂທດໄດ້ຮັບການປ່ອຍຕົວ": ("ນັກໂທດ", "ປ່ອຍ"),
    "قال محمّد الأمين إن ٥٢ سجينا أُطلقوا": (
        "محمد",
        "الامين",
        "52",
        "سجينا",
        "محـــمد",
        "اطلقوا",
        "ان",
    ),
    "ٱلسجناء في القدس": ("السجناء", "القدس\u200f"),
    "زندانی‌های ایرانی در تهران ۱۲ نفر": ("زندانيهاي", "زندانی*", "ايراني", "12", "ایرانی"),
    "كر\u200fمان": ("کرمان", "كرمان"),
    "צה״ל שחרר אסירים בְּנִצְרִים": ('צה"ל', "צהל", "צה״ל", "בנצרים"),
    "ג׳ורג׳ הגיע": ("ג'ורג", "גורג"),
    "al-Ḥasan ibn ʿAlī and Qurʾan": ("ali", "quran", "ʿAli", "hasan"),
    "Ґанна Іваненко": ("ганна", "Ганна", "Ivanenko"),
    "Пётр Фёдоров": ("петр", "Петр Федоров", "Petr Fedorov"),
    "Иван Примеров": ("Ivan Primerov", '"ivan primerov"', "Prim*", "ПРИМЕРОВ", "И\u0301ван"),
    "Ivan Primerov spoke": ("Иван", "Примеров", "примеров* иван"),
    "Андрей Николаев": ("Andrey", "Andrei", "nikolaev"),
    "Дар’я Лосік and Лук'яненка": (
        *("Дар'я", "Дар\u02bcя", "Dar'ya Losik", "Лук’яненка", "Дарья", "Даря", "Darya", "Lukyan*"),
        *("Дарья Лосик", '"Darya Losik"', '"даря лосік and лукяненка"', "дар", '"дар я лосік"'),
    ),
    "Dar'ya waits for Luk’yanenka": ("Дар'я", "Лук’яненка", "Дарья", "Darya", '"for lukyanenka"'),
    "Дар’я and Юлия Дмитриева": (
        "Daria",
        "Darja",
        "Julia",
        "Yulia",
        "Julija",
        "Dmitriyeva",
        "Iul*",
    ),
    "Алексей and Таццяна met Юрий": (
        "Alexei",
        "Alexey",
        "Aleksej",
        "Alex*",
        "Tatstsiana",
        "Yuri",
        "Jur*",
    ),
    "Daria, Julia and Dmitry": ("Дарья", "Дар’я", "Юлия", "Дмитрий", "Дмитр*", "Юл*"),
    "Zelenskyy, Zelenskyi": ("Зеленский", "Зеленський", "зеленск*"),
    "Darja, Julija and Dmitrij": ("Дарья", "Дар’я", "Юлия", "Дмитрий"),
    "Об’єднання д'Еспозито": ("об'єднання", "Еспозито", "обєднання", "despozito"),
    "Ol'ga Solov'ev": ("Olga", "Ol`ga", "Solovev", '"olga solovev"', "Соловьев", "Ольга", "sol*"),
    "Olga Solovev and Darya": ("Ol'ga", "Solov’ev", "\"Ol'ga Solov'ev\"", "Dar'ya", "Дар'я"),
    "Кот-д'Івуар": ("Кот-д'Івуар", "Івуар", "дІвуар", '"кот дівуар"', "Kot-d'Ivuar"),
    "the foreign minister's aide, al-Qur\u02bean and Sa'id": (
        "minister",
        '"minister s aide"',
        "Said",
    ),
    "Γιώργος Παπαδόπουλος": ("Γιωργοσ", "Giorgos", "ΠΑΠΑΔΟΠΟΥΛΟΣ"),
    "Taraškievič's list": ("taraskievic", "Тарас*"),
    "Za\u00admošćice free": ("zamoscice", "Zamošćice"),
}
"""(summaries, queries that find them)."""
NOT_FOUND: Final = (
    "被押",
    "押关",
    "释美",
    '"关押商谈"',
    "くか",
    "محمود",
    "Ivanov",
    "억사",
    "คุมเรือ",
    "53",
)


def test_every_script_is_found_in_its_words_or_pairs(parley: Parley) -> None:
    texts = [*FOUND_BY]
    events = [
        decide_recording(fact("release", summary=each), f"{n}") for n, each in enumerate(texts)
    ]
    parley.ledger.append(events)
    for indexed in (False, True):
        if indexed:
            parley.catch_up()
        for number, (summary, asked) in enumerate(FOUND_BY.items()):
            for q in asked:
                assert str(number) in find_facts(parley, q), (summary, q)
        assert [q for q in NOT_FOUND if find_facts(parley, q)] == []


def test_any_question_is_safe(parley: Parley) -> None:
    record_all(parley)
    for q in HOSTILE:
        assert find_facts(parley, q) == [], q
    parley.catch_up()
    for q in HOSTILE:
        assert find_facts(parley, q) == find_facts(parley, q, translit=False) == [], q


def test_a_question_of_too_many_words_is_refused(parley: Parley) -> None:
    with pytest.raises(ContentError, match="at most"):
        find_facts(parley, "\ufdfa" * 4_000)


def test_full_text_is_refused_in_a_reading_that_was_not_opened_for_it(parley: Parley) -> None:
    record_all(parley)
    with parley.reading(parley.owner) as reading, pytest.raises(RuntimeError, match="searched"):
        reading.timeline(
            NEGOTIATION, reading.perspective(PerspectiveQuery()), TimelineFilter(), q="a", limit=1
        )


def test_what_was_corrected_is_found_where_it_stood_and_nowhere_later(parley: Parley) -> None:
    record_all(parley)
    envoy = parley.ledger.fact(fact_id(NEGOTIATION, "envoy"))
    better = replace(envoy.fact, summary="John Coale deals with Minsk")
    parley.ledger.change(
        envoy.decide_correct(
            reason="coding_error",
            why="he does not speak",
            fact=better,
            citation=None,
            published="2025-10-01",
            actor="editor",
        )
    )
    assert find_facts(parley, "speaks") == []
    assert find_facts(parley, "deals") == ["envoy"]
    assert find_facts(parley, "speaks", position=5) == ["envoy"]
    assert find_facts(parley, "deals", position=5) == []
    assert find_facts(parley, "speaks", **cut_published("2025-09-30")) == ["envoy"]
    assert find_facts(parley, "speaks", **cut_published("2025-10-01")) == []
    assert find_facts(parley, "deals", **cut_published("2025-10-01")) == ["envoy"]
    assert find_facts(parley, "deals", **cut_published("2025-09-30")) == []


def test_what_was_retracted_is_not_found_and_what_was_reinstated_is(parley: Parley) -> None:
    record_all(parley)
    id_ = fact_id(NEGOTIATION, "release")
    withdrawn = parley.ledger.fact(id_).decide_retract(
        reason="source_retracted", why="false", published=None, actor="editor"
    )
    parley.ledger.change(withdrawn)
    assert find_facts(parley, "lukaszenka") == []
    assert find_facts(parley, "lukaszenka", position=5) == ["release"]
    undone = parley.ledger.fact(id_).decide_reinstate(why="true", published=None, actor="editor")
    parley.ledger.change(undone)
    assert find_facts(parley, "lukaszenka") == ["release"]


def test_a_search_keeps_to_its_negotiation(parley: Parley) -> None:
    record_all(parley)
    other = decide_open(slug="other", title="Other", parties=("A",), summary=None, actor="desk")
    second = decide_recording(RECORDED["release"], "elsewhere", other.originator_id)
    parley.ledger.append([other, second])
    assert find_facts(parley, "lukaszenka") == ["release"]
    assert find_facts(parley, "lukaszenka", other.originator_id) == ["elsewhere"]


def test_long_texts_are_found_to_their_end(parley: Parley) -> None:
    common = "the quick " * 9_000
    long = fact("release", summary=common + "brown fox", note="w" * 5_000)
    many = fact("release", summary="many", note=" ".join(f"n{n:05}" for n in range(14_000)))
    parley.ledger.append([decide_recording(long, "long"), decide_recording(many, "many")])
    assert find_facts(parley, '"the quick brown fox"') == ["long"]
    assert find_facts(parley, '"quick the brown"') == []
    assert find_facts(parley, "w" * 4_000) == ["long"]
    assert find_facts(parley, '"n13998 n13999"') == ["many"]
    assert find_facts(parley, '"n13998 n139"*') == ["many"]
