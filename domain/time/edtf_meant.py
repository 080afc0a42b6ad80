"""Suggests the EDTF that a date in another notation may mean; a suggestion is shown, and never used by itself."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from domain.time.edtf_calendar import DAY
from domain.time.edtf_fault import ValidTimeError
from domain.time.edtf_loose import name_date, split_words, suggest
from domain.time.edtf_words import MONTHS, SEASONS, SINCE, TO, UNTIL
from domain.time.instant import InstantError, format_instant, parse_cut, parse_instant
from domain.time.valid_time import ValidTime

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST: Final = 60
_MONTH: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR_WORD: Final = re.compile(r"(?<=\d)\s*(?:\u0433|год|года|году|годзе|\u0440|рік|року|році)\.?$")
_BEFORE: Final = re.compile(
    r"(?:в|во|на|\u0443|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?[.,]?)\s+"
)
"""Words before a date that do not change it: "in", and the days of the week."""
_UNSURE: Final = re.compile(r"\s*\(\?\)$")
_STILL: Final = re.compile(
    r"(?:\s*[/\u2010-\u2015\u2212]\s*|\s+(?:-|to|until|till)\s+)(?:now|present|the present|today|ongoing)"
)
_QUARTER: Final = re.compile(r"(\d{4})[\s-]?q([1-4])|q([1-4])[\s-]?(\d{4})|([1-4])q[\s-]?(\d{4})")
_QUARTERS: Final = 32
"""EDTF writes the quarters of a year as its parts 33 to 36."""
_DAYS: Final = re.compile(
    rf"(?P<from>\d{{1,2}})\s*[-\u2010-\u2015]\s*(?P<to>\d{{1,2}})\s+(?P<month>{_MONTH})\.?,?\s+(?P<year>\d{{4}})"
    rf"|(?P<month2>{_MONTH})\.?\s+(?P<from2>\d{{1,2}})\s*[-\u2010-\u2015]\s*(?P<to2>\d{{1,2}}),?\s+(?P<year2>\d{{4}})"
)
_DOTTED_DAYS: Final = re.compile(r"(\d{1,2})\s*[-\u2010-\u2015]\s*(\d{1,2})\.(\d{1,2})\.(\d{4})")
_TWO_MONTHS: Final = re.compile(
    rf"({_MONTH})\.?(?:\s*[-\u2010-\u2015]\s*|\s+(?:{TO})\s+)({_MONTH})\.?,?\s+(\d{{4}})"
)
_DASH: Final = re.compile(
    rf"\s*[\u2010-\u2015\u2212]\s*|\s+-\s+|\s+(?:{TO})\s+|(?<=[./]\d{{4}})-(?=\d{{1,2}}[./])"
)
_ABOUT: Final = re.compile(
    r"(?:c\.?|ca\.?|circa|about|around|approximately|~|около|примерно|близько|приблизно|каля|прыкладна)\s*(?=\d)"
)
_OPEN: Final = {**dict.fromkeys(UNTIL, "../{}"), **dict.fromkeys(SINCE, "{}/..")}
_FROM: Final = re.compile(rf"(?:{'|'.join(SINCE)})\s+")
_ENDLESS: Final = re.compile(r"(\.\.+[-/\s\u2013]*)?(\d.*?)([-/\s\u2013]*\.\.+)?")
_SEVERAL: Final = re.compile(
    r"(\s+(?:or|или|\u0430\u0431\u043e|ці)\s+)|\s*[,;&]\s*|\s+(?:and|и|та|\u0456|й)\s+"
)
_IS_SEASON: Final = re.compile(r"\d{4}-2[1-4]")
_YEARS: Final = re.compile(r"(\d{4})\s*-\s*(\d{4})")
_SHORT_YEARS: Final = re.compile(r"(\d{2})(\d{2})[/\u2010-\u2015\u2212](\d{2})")
_DECADE: Final = re.compile(r"(?:the\s+)?(\d{3})0'?s")
_SLASHED: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_DOTTED: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_DASHED: Final = re.compile(
    r"(\d{1,2})[-\u2010-\u2015\u2212](\d{1,2})[-\u2010-\u2015\u2212](\d{4})"
)
_YEAR_FIRST: Final = re.compile(
    r"(\d{4})[-/. \u2010-\u2015\u2212](\d{1,2})[-/. \u2010-\u2015\u2212](\d{1,2})"
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_HUNDRED: Final = 100
_CENTURY: Final = 2000
"""The century of a year of two digits; the suggestion shows it."""
_SERIAL: Final = re.compile(r"([2-7]\d{4})(?:\.0*)?")
"""A day as a spreadsheet counts it, from 1954 to 2119: a date that lost its format."""
_SERIAL_ZERO: Final = parse_instant("1899-12-30T00:00:00Z")
_YEAR_MONTH: Final = re.compile(
    r"(\d{4})[-/.\u2010-\u2015\u2212](0?[1-9]|1[0-2])|(0?[1-9]|1[0-2])[-/.\u2010-\u2015\u2212](\d{4})"
)
_OF_SHEET: Final = re.compile(rf"(?:(\d{{1,2}})-)?({_MONTH})-(\d{{4}}|\d{{2}})")
"""A day or a month as a spreadsheet shows it: "11-Sep-25", "Sep-25"."""
_YEAR_NAMED: Final = re.compile(rf"(\d{{4}}),?\s+({_MONTH})\.?(?:\s+(\d{{1,2}}))?")
_INSTANT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[t ](\d\d:\d\d)(:\d\d)?(?:[.,]\d+)?\s*(z|[+-]\d\d:?\d\d)?"
)
_NAMED: Final = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?)?(?P<month>{_MONTH})\.?,?"
    rf"(?:\s+(?P<after>\d{{1,2}})(?:st|nd|rd|th)?,?)?\s+(?P<year>\d{{4}})"
)
_SEASON: Final = re.compile(rf"(?:the\s+)?({'|'.join(SEASONS)})\s+(?:of\s+)?(\d{{4}})")


def may_mean(text: str) -> list[str]:
    """The EDTF that another notation may mean, the most likely first; empty if there is no suggestion."""
    if len(text) > _LONGEST:
        return []
    readings = dict.fromkeys(_suggest_open(text) or _readings(_plain(text)))
    return [reading for reading in readings if reading != text and _is_edtf(reading)]


def explain(error: ValidTimeError, *, one_date: bool = False) -> str:
    """Explain what is wrong with a date, and what to write instead; with `one_date`, suggest no interval."""
    meant = [
        _with_season(meaning)
        for meaning in may_mean(error.text)
        if not (one_date and "/" in meaning)
    ]
    if meant:
        return f"{error}; write {' or '.join(meant)}"
    loose = [
        f"{edtf} ({meaning})"
        for edtf, meaning in _suggest_loose(error.text)
        if not (one_date and ("/" in edtf or edtf.endswith("..]")))
    ]
    return f"{error}; write {', or '.join(loose)}" if loose else str(error)


def explain_cut(error: InstantError) -> str:
    """Explain what is wrong with a day or a time at which a question cuts, and what to write instead."""
    days = () if ":" in error.text else may_mean(error.text)
    meant = [meaning for meaning in days if _is_cut(meaning)]
    return f"{error}; write {' or '.join(meant)}" if meant else str(error)


def _is_cut(text: str) -> bool:
    try:
        parse_cut(text)
    except InstantError:
        return False
    return True


def _with_season(reading: str) -> str:
    """A suggestion, with its season in words, which a number does not tell."""
    return f"{reading} ({name_date(reading)})" if _IS_SEASON.fullmatch(reading) else reading


def _suggest_loose(text: str) -> Iterable[tuple[str, str]]:
    """What to write, and what it says, for a date that has words beside it."""
    parts = split_words(_plain(text)) if len(text) <= _LONGEST else None
    if parts is None:
        return []
    word, date = parts
    dates = [reading for reading in _suggest_date(date) if _is_edtf(reading)]
    return (
        [suggestion for suggestion in suggest(word, dates[0]) if _is_edtf(suggestion[0])]
        if dates
        else []
    )


def _plain(text: str) -> str:
    """A text in small letters, with one blank between words, and no stop or word for a year at its end."""
    usual = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    plain = _YEAR_WORD.sub("", usual).rstrip(".,;")
    before = _BEFORE.match(plain)
    return _UNSURE.sub("?", plain[before.end() if before else 0 :])


def _is_edtf(text: str) -> bool:
    try:
        ValidTime.parse(text)
    except ValidTimeError:
        return False
    return True


def _suggest_open(text: str) -> list[str]:
    """Suggestions for a date with dots before or after it: an interval that is open on that side."""
    dots = _ENDLESS.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if dots is None or bool(dots[1]) == bool(dots[3]):
        return []
    return [f"../{date}" if dots[1] else f"{date}/.." for date in _suggest_date(_plain(dots[2]))]


def _suggest_list(text: str) -> Iterable[str]:
    """Suggestions for a list of dates: one of them, or all."""
    dates = [
        next(filter(_is_edtf, _suggest_date(part)), "")
        for part in _SEVERAL.sub("\n", text).split("\n")
    ]
    if len(dates) > 1:
        all_of = not any(match[1] for match in _SEVERAL.finditer(text))
        yield from (f"{{{','.join(dates)}}}",) * all_of
        yield f"[{','.join(dates)}]"


def _readings(text: str) -> Iterable[str]:
    yield from _suggest_date(text)
    yield from _suggest_list(text)
    years = _YEARS.fullmatch(text)
    if years:
        yield f"{years[1]}/{years[2]}"
    short = _SHORT_YEARS.fullmatch(text)
    if short:
        yield f"{short[1]}{short[2]}/{short[1]}{short[3]}"
    about = _ABOUT.match(text)
    if about:
        for reading in _suggest_date(text[about.end() :]):
            yield f"{reading}~"
            yield reading
    for word, shape in _OPEN.items():
        if text.startswith(f"{word} "):
            yield from (
                shape.format(reading) for reading in _suggest_date(text.removeprefix(word).strip())
            )
    still = _STILL.search(text)
    if still and still.end() == len(text):
        yield from (f"{start}/.." for start in _suggest_date(text[: still.start()]))
    if text.endswith("?"):
        yield from (f"{reading}?" for reading in _suggest_date(text[:-1].strip()))
    began = _FROM.match(text)
    both = text[began.end() if began else 0 :]
    yield from _days(both)
    ends = _DASH.split(both)
    if len(ends) == 2:  # noqa: PLR2004 -- from one to another
        starts, stops = ([*_suggest_date(end)] for end in ends)
        yield from (f"{start}/{stop}" for start in starts for stop in stops)


def _days(text: str) -> Iterable[str]:
    """Suggestions for some days of one month, or some months of one year: "1-3 May 2024", "May-June 2024"."""
    days = _DAYS.fullmatch(text)
    if days:
        first, last, month, year = (
            days[name] or days[f"{name}2"] for name in ("from", "to", "month", "year")
        )
        in_month = f"{year}-{MONTHS[month]:02d}"
        yield f"{in_month}-{int(first):02d}/{in_month}-{int(last):02d}"
    dotted = _DOTTED_DAYS.fullmatch(text)
    if dotted:
        in_month = f"{dotted[4]}-{int(dotted[3]):02d}"
        yield f"{in_month}-{int(dotted[1]):02d}/{in_month}-{int(dotted[2]):02d}"
    months = _TWO_MONTHS.fullmatch(text)
    if months:
        yield "/".join(f"{months[3]}-{MONTHS[months[index]]:02d}" for index in (1, 2))


def _suggest_date(text: str) -> Iterable[str]:
    """Suggestions for one date: a day, month, season, decade or year."""
    yield text.upper()
    decade = _DECADE.fullmatch(text)
    if decade:
        yield f"{decade[1]}X"
    for pattern, order in _ORDERS:
        match = pattern.fullmatch(text)
        if match:
            year, month, day = (int(match[index]) for index in order)
            year += _CENTURY if year < _HUNDRED else 0
            yield f"{year:04d}-{month:02d}-{day:02d}"
    serial = _SERIAL.fullmatch(text)
    if serial:
        yield format_instant(_SERIAL_ZERO + int(serial[1]) * DAY)[:10]
    in_year = _YEAR_MONTH.fullmatch(text)
    if in_year:
        yield f"{in_year[1] or in_year[4]}-{int(in_year[2] or in_year[3]):02d}"
    instant = _INSTANT.fullmatch(text)
    if instant:
        yield f"{instant[1]}T{instant[2]}{instant[3] or ':00'}{(instant[4] or '').upper()}"
        yield instant[1]
    yield from _suggest_named_month(text)
    quarter = _QUARTER.fullmatch(text)
    if quarter:
        of_year = quarter[1] or quarter[4] or quarter[6]
        part = int(quarter[2] or quarter[3] or quarter[5])
        yield f"{of_year}-{_QUARTERS + part}"
    season = _SEASON.fullmatch(text)
    if season:
        yield f"{season[2]}-{SEASONS[season[1]]}"


def _suggest_named_month(text: str) -> Iterable[str]:
    """Suggestions for one day or month, where the month is a word."""
    named = _NAMED.fullmatch(text)
    if named:
        of_month = named["day"] or named["after"]
        in_month = f"{named['year']}-{MONTHS[named['month']]:02d}"
        yield f"{in_month}-{int(of_month):02d}" if of_month else in_month
    for pattern, (in_year_, in_month_, on_day) in (
        (_OF_SHEET, (3, 2, 1)),
        (_YEAR_NAMED, (1, 2, 3)),
    ):
        shown = pattern.fullmatch(text)
        if shown:
            year = int(shown[in_year_])
            year += _CENTURY if year < _HUNDRED else 0
            in_month = f"{year:04d}-{MONTHS[shown[in_month_]]:02d}"
            yield f"{in_month}-{int(shown[on_day]):02d}" if shown[on_day] else in_month


_ORDERS: Final = (
    (_SLASHED, (3, 1, 2)),
    (_SLASHED, (3, 2, 1)),
    (_DOTTED, (3, 2, 1)),
    (_DASHED, (3, 2, 1)),
    (_DASHED, (3, 1, 2)),
    (_YEAR_FIRST, (1, 2, 3)),
    (_COMPACT, (1, 2, 3)),
)
"""The groups of year, month and day; with slashes and dashes both orders of day and month are in use."""
