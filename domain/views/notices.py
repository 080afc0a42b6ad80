"""A notice points out a part of a fact that an editor should look at; it refuses nothing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from domain.count_words import NEAR, means_sum, names_sum
from domain.errors import ContentError
from domain.fact import KINDS
from domain.kinds.envoys import Alias
from domain.kinds.prisoners import CUSTODY, Custody
from domain.named import fields_naming, key_of, text_of
from domain.naming import fold_name
from domain.number.reading import read_number, read_without_remarks
from domain.quantity import Interval, Quantity, fill_bounds, is_running_total
from domain.time.edtf_calendar import DAY
from domain.time.holding import Holding
from domain.time.instant import BEGINNING, END
from domain.time.vague_dates import tell_contradiction
from domain.time.valid_time import ValidTime, strict_upper
from domain.views.since import went_on_before, write_up_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.fact import Fact
    from domain.views.naming import Names

_SPAN: Final = re.compile(r"(\d{2})(\d{2})-(\d{2})")
_SEVERAL: Final = re.compile(r"\s*[|;]\s*|\s+[/&]\s+")
_AS_ITEMS: Final = "write each as an item of the list (in a table, put ; between them)"
_TWO_NAMES: Final = re.compile(
    r"\S+\s+\S[^,]*,\s*\S+\s+\S.*|\S+\s+\S+\s(?:and|и|\u0456|й|та)\s+\S+\s+\S+", re.IGNORECASE
)
"""Two names of two words each, with a comma or the word "and" between them."""
_DECEMBER: Final = 12
_DECADE: Final = 10
_WORD: Final = re.compile(r"[^\W\d_]+")
_ALPHABETS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC")


@dataclass(frozen=True, slots=True)
class Notice:
    """`pointer` is RFC 6901 into the fact."""

    pointer: str
    detail: str


def find_notices(fact: Fact) -> list[Notice]:
    """The notices on a fact."""
    return [
        *_of_time(fact),
        *_of_sentence(fact),
        *_of_names(fact),
        *_of_keys(fact),
        *_of_counts(fact),
        *_of_citations(fact),
    ]


def find_alias_notices(fact: Fact, names: Names) -> list[Notice]:
    """A notice on an alias, if another one leads its spelling to another name."""
    if not isinstance(fact, Alias) or not (led := names.list_rival_targets(fact)):
        return []
    detail = (
        f"aliases lead {text_of(fact.name)} to {' and to '.join(led)}, so it leads to none of them: prefer the one"
        " that is right, or retract what is wrong"
    )
    return [Notice("/same_as", detail)]


def find_rereadings(fact: Fact) -> list[Notice]:
    """Notices on those numbers of a stored fact that today's rules would read differently or refuse."""
    notices: list[Notice] = []
    for index, stored in enumerate(fact.quantities):
        if _is_accepted(stored):
            notices += _of_remark(stored, f"/quantities/{index}/text")
            continue
        try:
            read = fill_bounds(
                replace(stored, low=None, high=None) if _is_derived(stored) else stored
            )
        except ContentError as error:
            notices.append(
                Notice(f"/quantities/{index}{error.faults[0].pointer}", error.faults[0].detail)
            )
            continue
        if read.interval != stored.interval:
            detail = (
                f"this was recorded as {_range_in_words(stored)}; by today's rules, it is"
                f" {_range_in_words(read)}: correct the fact if that is right"
            )
            notices.append(Notice(f"/quantities/{index}", detail))
    return notices


def _is_accepted(stored: Quantity) -> bool:
    """Whether today's rules would take a number as it is stored, with these bounds: they may have been sent."""
    try:
        return fill_bounds(stored).interval == stored.interval
    except ContentError:
        return False


def _of_remark(stored: Quantity, pointer: str) -> Iterable[Notice]:
    """A notice on a number whose text is not understood because of a remark, and that is stored as if it had none."""
    text = stored.text
    if text is None or read_number(text) is not None:
        return
    read = read_without_remarks(text)
    ends = None if read is None else Interval(read.low, read.high)
    if read is not None and (read.comparator, ends) == (stored.comparator, stored.interval):
        detail = (
            f"this was recorded as {_range_in_words(stored)}; by today's rules, what stands beside the number may"
            " change it: correct the fact if it does"
        )
        yield Notice(pointer, detail)


def _is_derived(quantity: Quantity) -> bool:
    """Whether the bounds of a quantity were derived from its other parts, not sent as a range."""
    return quantity.value is not None or quantity.text is not None


def _range_in_words(quantity: Quantity) -> str:
    low, high = quantity.low, quantity.high
    if low is None:
        return "without bounds" if high is None else f"at most {high}"
    if high is None:
        return f"at least {low}"
    return f"{low} to {high}" if low < high else f"{low}"


def _of_time(fact: Fact) -> Iterable[Notice]:
    span = _SPAN.fullmatch(fact.valid)
    if span is not None and _may_be_span(int(span[2]), int(span[3])):
        ends = int(span[1] + span[2]) + (int(span[3]) - int(span[2])) % 100
        years = f"{span[1]}{span[2]}/{ends}"
        detail = f"EDTF reads this as a part of the year {span[1]}{span[2]}; for a span of years, write {years}"
        yield Notice("/valid", detail)
    if went_on_before(fact):
        detail = (
            "the summary says that it had begun before, so this is read as since that date at the latest;"
            f" write the day on which it began, if it is known, or {write_up_to(fact.valid_time)}"
        )
        yield Notice("/valid", detail)
    summed = any(register.summed for register in fact.registers)
    goes_on = fact.valid_time.spans and fact.told[1] == END
    if summed and goes_on and (fact.people or fact.quantities):
        detail = (
            f"{fact.valid} has no end, so its numbers, and what became of the people whom it names, are only possible;"
            " if it is over, write the day or the days on which it happened"
        )
        yield Notice("/valid", detail)


def _may_be_span(year: int, part: int) -> bool:
    """Whether the two digits after a year may be meant as a later year, as in 2025-26.

    They may be the next year or, if they are no month, one of the next ten.
    """
    later = (part - year) % 100
    return later == 1 or (part > _DECEMBER and 1 < later <= _DECADE)


def _of_sentence(fact: Fact) -> Iterable[Notice]:
    if not isinstance(fact, Custody) or fact.sentence_ends is None:
        return
    ends = ValidTime.parse(fact.sentence_ends)
    last = ends.bounds.end_latest if ends.spans else ends.bounds.start_latest
    if last <= fact.valid_time.bounds.start_earliest:
        detail = f"this is before {fact.valid}, from which on it holds: "
        yield Notice(
            "/sentence_ends",
            detail + tell_contradiction(fact.valid_time.start_text, ends.end_text or ends.text),
        )


def _of_citations(fact: Fact) -> Iterable[Notice]:
    """Notices on citations published or seen before the fact began, if it is no plan, or seen before published."""
    begins = fact.valid_time.bounds.start_earliest if _is_reported_after(fact) else BEGINNING
    for index, citation in enumerate(fact.citations):
        published = citation.published_at
        if published is not None and published < begins - DAY:
            detail = f"published before {fact.valid}, which it reports: "
            detail += tell_contradiction(fact.valid_time.start_text, citation.published or "")
            yield Notice(f"/citations/{index}/published", detail)
        if citation.accessed is None:
            continue
        dated, told, detail = fact.valid_time.start_text, begins, f"{fact.valid}, which it reports"
        if citation.published is not None:
            dated, told = citation.published, _first_instant(citation.published)
            detail = f"{dated}, when it was published"
        if strict_upper(citation.accessed) < told - DAY:
            what = f"seen before {detail}: {tell_contradiction(dated, citation.accessed)}"
            yield Notice(f"/citations/{index}/accessed", what)


def _is_reported_after(fact: Fact) -> bool:
    """Whether a fact can only be reported once it has begun: what happens, custody, and counts; but no plan."""
    if any(answer.register.ahead for answer in fact.register_entries()):
        return False
    if fact.holding is Holding.ONWARD:
        return bool(fact.registers)
    return any(register is CUSTODY or register.counts for register in fact.registers)


def _first_instant(published: str) -> int:
    if "T" in published:
        return strict_upper(published)
    return ValidTime.parse(published).bounds.start_earliest


def _of_names(fact: Fact) -> Iterable[Notice]:
    for field in fields_naming(type(fact)):
        value = getattr(fact, field)
        if value is None:
            continue
        several = isinstance(value, tuple)
        for index, name in enumerate(value if several else (value,)):
            pointer = f"/{field}/{index}" if several else f"/{field}"
            yield from _of_name(text_of(name), pointer, list_of=several)


def _of_name(name: str, pointer: str, *, list_of: bool) -> Iterable[Notice]:
    if _SEVERAL.search(name) or (list_of and _TWO_NAMES.fullmatch(name)):
        several = _AS_ITEMS if list_of else "write only one here"
        yield Notice(pointer, f"this is recorded as one name; if it is several, {several}")
    words = () if name.isascii() else _WORD.findall(name)
    mixed = next((word for word in words if len(_alphabets(word)) > 1), None)
    if mixed is not None:
        detail = (
            f"the word {mixed} has letters of several alphabets, which look alike but are different"
        )
        yield Notice(pointer, detail)


def _of_keys(fact: Fact) -> Iterable[Notice]:
    """A notice on a fact that has no matter, and lacks the names that would tell it apart."""
    if any(part == () for answer in fact.register_entries() for part in answer.key.values()):
        detail = (
            "this has neither a matter nor the names of those who sign, so it is shown apart from other facts about the"
            f" same {fact.kind}: write the matter or the names that those facts have"
        )
        yield Notice("/matter", detail)


def _alphabets(word: str) -> set[str]:
    if word.isascii():
        return {"LATIN"}
    names = (unicodedata.name(letter, "").partition(" ")[0] for letter in word)
    return {name for name in names if name in _ALPHABETS}


def _of_counts(fact: Fact) -> Iterable[Notice]:
    if not fact.quantities:
        return
    kinds = {r.summed: name for name, kind in KINDS.items() for r in kind.registers if r.summed}
    folded = {fold_name(word): kind for word, kind in kinds.items()}
    own = {register.summed for register in fact.registers if register.summed}
    counting = set(_list_counted_people(fact))
    named = len(set(map(key_of, fact.people)))
    for index, quantity in enumerate(fact.quantities):
        if quantity.counted in counting and quantity.high is not None and quantity.high < named:
            detail = f"at most {quantity.high} {quantity.what}, but {named} people are named: one may be wrong"
            yield Notice(f"/quantities/{index}", detail)
        if quantity.counted in folded:
            if not own and is_running_total(quantity):
                kind = folded[quantity.counted]
                detail = f"no total includes this number of the kind {fact.kind}: to count it, record a {kind}"
                yield Notice(f"/quantities/{index}", detail)
            continue
        word = quantity.counted
        near = next(iter(get_close_matches(word, kinds, n=1, cutoff=NEAR)), None)
        counts_all = word == fold_name(text_of(getattr(fact, "population", None) or ""))
        meant = (n for n in own if counts_all or names_sum(word, n) or means_sum(word, n))
        near = near or next(meant, None)
        if near is not None:
            detail = (
                f"{quantity.what} is not added to {near}, but counted separately: is {near} meant?"
            )
            yield Notice(f"/quantities/{index}/what", detail)


def _list_counted_people(fact: Fact) -> Iterable[str]:
    """The folded words for those whom a fact counts, as far as the people whom it names must be among them.

    If it gives several numbers, only that of all prisoners does: a named person need not be one of the women.
    """
    answers = list(fact.register_entries())
    yield from (fold_name(answer.register.summed) for answer in answers if answer.register.summed)
    numbers = [answer for answer in answers if isinstance(answer.shows.get("quantity"), Quantity)]
    for answer in numbers:
        if answer.aside is None or len(numbers) == 1:
            yield answer.shows["quantity"].counted
