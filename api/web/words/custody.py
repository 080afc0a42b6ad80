"""Says what became of a person, and since when, in a sentence that stands without a report beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final

from api.web.words.dates import date_in_words, since_in_words

_WORDS: Final = {
    **{name: f"in custody ({name})" for name in ("detained", "remanded", "transferred")},
    "sentenced": "in prison (sentenced)",
    "house_arrest": "under house arrest",
    "exiled": "in exile",
    "died": "dead",
}
_BY: Final = "by "
_REPORTED: Final = "reported "
_ENDED: Final = frozenset({"free", "pardoned", "died"})
"""The statuses of people who are not kept in any more."""
_STATUSES: Final = (
    *("missing", "disappeared", "detained", "charged", "remanded", "sentenced", "transferred"),
    *("house_arrest", "exiled", "free", "died"),
)
"""The statuses in the order in which they are shown."""


def custody_in_words(status: str) -> str:
    """Say a status in words that mean a condition: "sentenced" alone could mean that a court decided on that day."""
    return _WORDS.get(status, status.replace("_", " "))


def custody_since_in_words(entry: Mapping[str, Any], *, short: bool = True) -> str:
    """Say since when a status is so; the day of a report is said to be that, because it is not the beginning."""
    told = since_in_words(entry["since"], short=short)
    if not told.startswith(_BY):
        return told
    reported = entry["last_reported"]
    by = told.removeprefix(_BY)
    is_report = reported is not None and date_in_words(reported, short=short) == by
    return f"{f'{_REPORTED}{by}' if is_report else told}; since when is not said"


def custody_reported_in_words(entry: Mapping[str, Any]) -> str:
    """Say when it was last reported that somebody is kept in, unless the words since when say it already."""
    reported, since = entry["last_reported"], entry["since"]
    if entry["status"] in _ENDED or reported in {None, since}:
        return ""
    if since and custody_since_in_words(entry).startswith(_REPORTED):
        return ""
    return f"last reported {date_in_words(reported, short=True)}"


def group_by_status(
    custody: Iterable[Mapping[str, Any]],
) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """[(status, entries)]: the entries of people in custody, grouped by their status."""
    ordered = sorted(custody, key=_place)
    groups = (list(group) for _, group in groupby(ordered, key=_place))
    return [(str(entries[0]["status"]), entries) for entries in groups]


def _place(entry: Mapping[str, Any]) -> int:
    status = entry["status"]
    return _STATUSES.index(status) if status in _STATUSES else len(_STATUSES)
