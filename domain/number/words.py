"""Lists the words for numbers that newspapers use, by language; the grammar is in `domain.number.reading`.

Words are written as they are compared: in compatibility form, case folded, without diaeresis, and with one kind of
apostrophe and hyphen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Final, Literal

Comparator = Literal["eq", "ge", "gt", "le", "lt", "approx"]
Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Language:
    """How one language writes numbers.

    Words in `small` are below a thousand and are summed; `units` multiply the number before them. A unit in `bare` may
    be used without a number, and so may one of `singulars` after a hedge, which requires another grammatical case.
    `plurals` and `several` mean at least two of a unit. Numbers in `whole` are used alone. `before` and `after` are the
    hedges before and after a number. `idle` words change no bound; neither do words in `running`, nor the words after
    one in `since`, which say that a number counts everything up to a day. `both` joins two hedged numbers, `joint` the
    parts of one number. A remark with one of `doubts` makes the number unreadable.
    """

    small: Mapping[str, int]
    units: Mapping[str, int]
    articles: frozenset[str]
    bare: frozenset[str]
    plurals: Mapping[str, int]
    singulars: Mapping[str, int]
    fractions: Mapping[Phrase, Fraction]
    whole: Mapping[Phrase, int]
    several: frozenset[Phrase]
    before: Mapping[Phrase, Comparator]
    after: Mapping[Phrase, Comparator]
    doubts: frozenset[Phrase]
    ranges: tuple[tuple[Phrase, Phrase], ...]
    both: frozenset[str]
    joint: frozenset[str]
    of: frozenset[str]
    idle: frozenset[Phrase]
    running: frozenset[Phrase]
    since: frozenset[Phrase]


def _phrases(*texts: str) -> dict[Phrase, None]:
    return {tuple(text.split()): None for text in texts}


def _all(comparator: Comparator, *texts: str) -> dict[Phrase, Comparator]:
    return dict.fromkeys(_phrases(*texts), comparator)


def _not(negations: str, comparator: Comparator, *texts: str) -> dict[Phrase, Comparator]:
    """Each text after each negation: "not fewer than" means at least."""
    pairs = product(negations.split("|"), texts)
    return _all(comparator, *(f"{negation} {text}" for negation, text in pairs))


def _forms(table: Mapping[int, str]) -> dict[str, int]:
    """{form: number} for every form of each number."""
    return {form: number for number, forms in table.items() for form in forms.split()}


_FEWER: Final = ("fewer than", "less than", "lower than", "under", "below")
_MORE: Final = ("more than", "greater than", "higher than", "over", "above", "beyond", "exceeding")
_MUCH: Final = ("slightly", "a little", "far", "many", "much", "considerably")
_MENSHE_RU: Final = ("менее", "меньше", "менее чем", "меньше чем", "ниже")
_DOUBT_EN: Final = "est estimate estimates guess likely revised corrected unconfirmed disputed rumoured"  # fmt: skip
_MONTH_RU: Final = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"  # fmt: skip
_MONTH_UK: Final = "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня"  # fmt: skip
_BOLSHE_RU: Final = ("более", "больше", "более чем", "больше чем", "свыше", "выше")
_MENSHE_UK: Final = ("менше", "менше ніж", "менш ніж", "менш як", "менше як", "нижче")
_BILSHE_UK: Final = ("більше", "більше ніж", "більш ніж", "більш як", "більше як", "понад", "вище")

ENGLISH: Final = Language(
    small=_forms(
        {
            0: "zero", 1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven",
            8: "eight", 9: "nine", 10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen",
            14: "fourteen", 15: "fifteen", 16: "sixteen", 17: "seventeen",
            18: "eighteen", 19: "nineteen", 20: "twenty", 30: "thirty", 40: "forty fourty",
            50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety",
        }
    ),
    units={
        "hundred": 100, "dozen": 12, "score": 20, "thousand": 10**3, "million": 10**6,
        "mn": 10**6, "mln": 10**6, "billion": 10**9, "bn": 10**9,
    },
    articles=frozenset({"a", "one"}),
    bare=frozenset(),
    plurals={"tens": 10, "dozens": 12, "scores": 20, "hundreds": 100, "thousands": 10**3, "millions": 10**6},
    singulars={},
    fractions={("half", "a"): Fraction(1, 2), ("a", "half"): Fraction(1, 2), ("half",): Fraction(1, 2)},
    whole={("none",): 0, ("no", "one"): 0, ("nobody",): 0},
    several=frozenset(_phrases("several", "a few", "many")),
    before={
        **_all(
            "ge", "at least", "at the least", "at a minimum", "at minimum", "a minimum of", "minimum",
            "minimum of", "min", "as many as at least", "upwards of", "upward of", "≥", ">=",
            "as few as", "from at least",
        ),
        **_not("not|no|never|nothing|none", "ge", *_FEWER),
        **_all("gt", *_MORE, *(f"{much} more than" for much in _MUCH), "in excess of", "north of", "upwards from", ">"),
        **_not("not|no|never|nothing|none", "le", *_MORE, "in excess of"),
        **_all(
            "le", "at most", "at the most", "at a maximum", "at maximum", "a maximum of", "maximum",
            "maximum of", "max", "up to", "as many as", "as much as", "up to and including",
            "not to exceed", "≤", "<=",
        ),
        **_all(
            "lt", *_FEWER, *(f"{much} {fewer} than" for much in _MUCH for fewer in ("fewer", "less")),
            "almost", "nearly", "close to but under", "short of", "shy of", "not quite",
            "south of", "<",
        ),
        **_all(
            "approx", "about", "around", "approximately", "approx", "roughly", "some",
            "an estimated", "estimated", "estimated at", "circa", "ca", "c",
            "close to", "something like", "in the region of", "in the order of", "on the order of",
            "perhaps", "maybe", "possibly", "probably", "an average of", "~", "≈", "near",
        ),
    },
    after={
        **_all(
            "ge", "or more", "and more", "or over", "and over", "or above", "and above", "or greater",
            "at least", "at the least", "at a minimum", "at minimum", "minimum", "plus", "+",
            "and upwards", "or upwards", "and up", "and counting", "if not more",
        ),
        **_all(
            "le", "or fewer", "or less", "or under", "or below", "and under", "and below", "at most",
            "at the most", "maximum", "at a maximum", "at maximum", "if not fewer", "if not less",
        ),
        **_all(
            "approx", "or so", "or thereabouts", "odd", "approximately", "approx", "roughly",
            "more or less", "give or take", "or more or less", "estimated", "or around that",
        ),
    },
    doubts=frozenset(_phrases(*_DOUBT_EN.split(), "unverified", "allegedly", "reportedly", "preliminary", "rumored")),
    ranges=(
        (("between",), ("and",)), (("from",), ("to",)), ((), ("to",)), ((), ("-",)),
        ((), ("or",)), (("either",), ("or",)), (("anywhere", "between"), ("and",)),
        (("anywhere", "from"), ("to",)),
    ),
    both=frozenset({"but", "and", "yet"}), joint=frozenset({"and"}), of=frozenset({"of"}),
    idle=frozenset(
        _phrases("well", "just", "only", "exactly", "precisely", "the very", "very", "fully", "a total of")
    ),
    running=frozenset(
        _phrases("so far", "so far this year", "to date", "until now", "up to now", "in total", "in all", "altogether",
                 "all told", "overall", "already")
    ),
    since=frozenset(_phrases("since")),
)  # fmt: skip

RUSSIAN: Final = Language(
    small=_forms(
        {
            0: "ноль нуль", 1: "один одна одно одного одной одну", 2: "два две двух двум двое двоих",
            3: "три трех трем трое троих", 4: "четыре четырех четверо четверых",
            5: "пять пяти пятеро пятерых", 6: "шесть шести шестеро шестерых",
            7: "семь семи семеро семерых", 8: "восемь восьми", 9: "девять девяти",
            10: "десять десяти десятеро", 11: "одиннадцать одиннадцати", 12: "двенадцать двенадцати",
            13: "тринадцать тринадцати", 14: "четырнадцать четырнадцати", 15: "пятнадцать пятнадцати",
            16: "шестнадцать шестнадцати", 17: "семнадцать семнадцати",
            18: "восемнадцать восемнадцати", 19: "девятнадцать девятнадцати",
            20: "двадцать двадцати", 30: "тридцать тридцати", 40: "сорок сорока",
            50: "пятьдесят пятидесяти", 60: "шестьдесят шестидесяти", 70: "семьдесят семидесяти",
            80: "восемьдесят восьмидесяти", 90: "девяносто девяноста", 100: "сто ста",
            200: "двести двухсот", 300: "триста трехсот", 400: "четыреста четырехсот",
            500: "пятьсот пятисот", 600: "шестьсот шестисот", 700: "семьсот семисот",
            800: "восемьсот восьмисот", 900: "девятьсот девятисот",
        }
    ),
    units={
        "десяток": 10, "десятка": 10, "десятков": 10, "дюжина": 12, "дюжины": 12, "дюжин": 12,
        "сотня": 100, "сотен": 100, "сот": 100, "тысяча": 10**3, "тысяч": 10**3, "тысячу": 10**3, "тысячи": 10**3,
        "тыс": 10**3, "миллион": 10**6, "миллиона": 10**6, "миллионов": 10**6,
        "млн": 10**6, "миллиард": 10**9, "миллиарда": 10**9, "миллиардов": 10**9,
        "млрд": 10**9, "сотни": 100,
    },
    articles=frozenset(),
    bare=frozenset({"десяток", "дюжина", "сотня", "тысяча", "тысячу", "миллион", "миллиард"}),
    plurals={"десятки": 10, "дюжины": 12, "сотни": 100, "тысячи": 10**3, "миллионы": 10**6},
    singulars={
        "десятка": 10, "дюжины": 12, "сотни": 100, "тысячи": 10**3, "миллиона": 10**6,
        "миллиарда": 10**9,
    },
    fractions={("полтора",): Fraction(3, 2), ("полторы",): Fraction(3, 2), ("полутора",): Fraction(3, 2)},
    whole={
        ("полсотни",): 50, ("полтысячи",): 500, ("полмиллиона",): 500_000, ("полтораста",): 150,
        ("никто",): 0, ("никого",): 0, ("ни", "один"): 0, ("ни", "одного"): 0,
    },
    several=frozenset(_phrases("несколько", "нескольких")),
    before={
        **_not("не", "ge", *_MENSHE_RU),
        **_all(
            "ge", "по меньшей мере", "по крайней мере", "как минимум", "минимум", "хотя бы",
            "от", "самое меньшее", "≥", ">=",
        ),
        **_all("gt", *_BOLSHE_RU, ">"),
        **_not("не", "le", *_BOLSHE_RU),
        **_all("le", "до", "максимум", "как максимум", "самое большее", "≤", "<="),
        **_all("lt", *_MENSHE_RU, "почти", "чуть менее", "чуть меньше", "без малого", "<"),
        **_all(
            "approx", "около", "примерно", "порядка", "приблизительно", "где-то", "ориентировочно",
            "по оценкам", "~", "≈",
        ),
    },
    after={
        **_all("ge", "и более", "или более", "и больше", "или больше", "и выше", "+", "как минимум", "минимум"),
        **_all("le", "и менее", "или менее", "и меньше", "или меньше", "максимум", "как максимум"),
        **_all("approx", "примерно", "или около того", "приблизительно"),
    },
    doubts=frozenset(_phrases("оценка", "оценке", "возможно", "вероятно", "предположительно", "уточнено", "якобы")),
    ranges=(
        (("от",), ("до",)), (("с",), ("до",)), (("между",), ("и",)), ((), ("-",)), ((), ("или",)),
    ),
    both=frozenset({"но", "и", "однако"}), joint=frozenset(), of=frozenset(),
    idle=frozenset(_phrases("ровно", "только", "лишь", "значительно", "намного", "гораздо", "чуть", "немного")),
    running=frozenset(_phrases("всего", "в общей сложности", "на сегодня", "уже", "пока", "к настоящему времени")),
    since=frozenset(_phrases("с начала", "со времени", *(f"с {month}" for month in _MONTH_RU.split()))),
)  # fmt: skip

UKRAINIAN: Final = Language(
    small=_forms(
        {
            0: "нуль", 1: "один одна одне одного одну однієї", 2: "два дві двох двом двоє",
            3: "три трьох трьом троє", 4: "чотири чотирьох четверо", 5: "п'ять п'яти п'ятьох п'ятеро",
            6: "шість шести шістьох", 7: "сім семи сімох", 8: "вісім восьми вісьмох",
            9: "дев'ять дев'яти дев'ятьох", 10: "десять десяти десятьох десятеро", 11: "одинадцять одинадцяти",
            12: "дванадцять дванадцяти", 13: "тринадцять тринадцяти", 14: "чотирнадцять чотирнадцяти",
            15: "п'ятнадцять п'ятнадцяти", 16: "шістнадцять шістнадцяти",
            17: "сімнадцять сімнадцяти", 18: "вісімнадцять вісімнадцяти",
            19: "дев'ятнадцять дев'ятнадцяти", 20: "двадцять двадцяти двадцятьох",
            30: "тридцять тридцяти", 40: "сорок сорока", 50: "п'ятдесят п'ятдесяти п'ятдесятьох",
            60: "шістдесят шістдесяти", 70: "сімдесят сімдесяти", 80: "вісімдесят вісімдесяти",
            90: "дев'яносто дев'яноста", 100: "сто ста", 200: "двісті двохсот",
            300: "триста трьохсот", 400: "чотириста чотирьохсот", 500: "п'ятсот п'ятисот",
            600: "шістсот шестисот", 700: "сімсот семисот", 800: "вісімсот восьмисот",
            900: "дев'ятсот дев'ятисот",
        }
    ),
    units={
        "десяток": 10, "десятка": 10, "десятки": 10, "десятків": 10, "дюжина": 12, "дюжини": 12, "дюжин": 12,
        "сотня": 100, "сотень": 100, "сотні": 100, "тисяча": 10**3, "тисяч": 10**3, "тисячу": 10**3,
        "тисячі": 10**3, "тис": 10**3, "мільйон": 10**6, "мільйона": 10**6,
        "мільйони": 10**6, "мільйонів": 10**6, "млн": 10**6, "мільярд": 10**9,
        "мільярда": 10**9, "мільярдів": 10**9, "млрд": 10**9,
    },
    articles=frozenset(),
    bare=frozenset({"десяток", "дюжина", "сотня", "тисяча", "тисячу", "мільйон", "мільярд"}),
    plurals={"десятки": 10, "дюжини": 12, "сотні": 100, "тисячі": 10**3, "мільйони": 10**6},
    singulars={
        "десятка": 10, "дюжини": 12, "сотні": 100, "сотню": 100, "тисячі": 10**3, "тисячу": 10**3,
        "мільйона": 10**6, "мільйон": 10**6, "мільярда": 10**9,
    },
    fractions={("півтора",): Fraction(3, 2), ("півтори",): Fraction(3, 2)},
    whole={
        ("півсотні",): 50, ("півтисячі",): 500, ("півмільйона",): 500_000, ("ніхто",): 0, ("нікого",): 0,
        ("жодного",): 0, ("пів", "мільйона"): 500_000, ("пів", "тисячі"): 500, ("пів", "сотні"): 50,
    },
    several=frozenset(_phrases("кілька", "кількох", "декілька", "декількох")),
    before={
        **_not("не", "ge", *_MENSHE_UK),
        **_all(
            "ge", "щонайменше", "принаймні", "як мінімум", "мінімум", "хоча б", "від", "≥", ">=",
        ),
        **_all("gt", *_BILSHE_UK, ">"),
        **_not("не", "le", *_BILSHE_UK),
        **_all("le", "до", "максимум", "щонайбільше", "якнайбільше", "≤", "<="),
        **_all("lt", *_MENSHE_UK, "майже", "<"),
        **_all(
            "approx", "близько", "приблизно", "біля", "орієнтовно", "десь", "за оцінками", "~", "≈",
        ),
    },
    after={
        **_all("ge", "і більше", "або більше", "чи більше", "та більше", "і вище", "+", "мінімум", "щонайменше"),
        **_all("le", "і менше", "або менше", "чи менше", "максимум"),
        **_all("approx", "приблизно", "або близько того"),
    },
    doubts=frozenset(_phrases("оцінка", "оцінкою", "можливо", "ймовірно", "імовірно", "уточнено", "нібито")),
    ranges=(
        (("від",), ("до",)), (("з",), ("до",)), (("між",), ("і",)), (("між",), ("та",)), ((), ("-",)),
        ((), ("або",)), ((), ("чи",)),
    ),
    both=frozenset({"але", "і", "та"}), joint=frozenset(), of=frozenset(),
    idle=frozenset(_phrases("рівно", "лише", "тільки", "значно", "набагато", "трохи")),
    running=frozenset(_phrases("всього", "усього", "загалом", "на сьогодні", "вже", "наразі", "дотепер")),
    since=frozenset(_phrases("з початку", "від початку", *(f"з {month}" for month in _MONTH_UK.split()))),
)  # fmt: skip

SUFFIXES: Final = {"k": 10**3, "m": 10**6}
"""Suffixes that multiply the number before them, as in 5k."""
LANGUAGES: Final = (ENGLISH, RUSSIAN, UKRAINIAN)
