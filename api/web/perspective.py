"""Says a perspective in words: the day that an answer is about, and the day by which somebody knew it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.web.words.dates import cut_in_words, date_in_words

_FIXING: Final = frozenset({"as_of", "position", "cursor"})


@dataclass(frozen=True)
class PagePerspective:
    """The perspective of an answer, and the parameters by which it was asked for."""

    perspective: Mapping[str, Any]
    given: Mapping[str, str]

    @property
    def position(self) -> int:
        """The position of the log that the answer rests on."""
        position: int = self.perspective["position"]
        return position

    @property
    def fixed(self) -> dict[str, str]:
        """The parameters under which the same answer is given for ever, beside those that were given."""
        return {"as_of": str(self.perspective["as_of"]), "position": str(self.position)}

    @property
    def so(self) -> str:
        """The valid-time cut in words; only the day, without the hour, if the reader asked for no cut."""
        return (
            date_in_words(self.so_day) if self.is_now else cut_in_words(self.perspective["as_of"])
        )

    @property
    def so_day(self) -> str:
        """The day of the valid-time cut, as a date field takes it."""
        return _day(self.perspective["as_of"])

    @property
    def known(self) -> str | None:
        """The knowledge cut in words; None where all that the record holds is taken."""
        cut = self.perspective["as_known_at"]
        return None if cut is None else cut_in_words(cut)

    @property
    def known_day(self) -> str:
        """The day of the knowledge cut, as a date field takes it; empty without one."""
        cut = self.perspective["as_known_at"]
        return "" if cut is None else _day(cut)

    @property
    def is_now(self) -> bool:
        """Whether the page shows the present: no cut, no position, and not a later page of an older answer."""
        return self.known is None and _FIXING.isdisjoint(self.given)

    @property
    def verb(self) -> str:
        """What goes before the valid-time cut."""
        sure = self.perspective["match"] == "certain"
        so = "so, however the sources’ dates are read," if sure else "so"
        return f"What is {so} today," if self.is_now else f"What was {so} on"

    @property
    def source(self) -> str:
        """Whose knowledge it is: the words before the knowledge cut, or instead of it."""
        if self.known is None:
            at = "position" in self.given
            return f"as the record stood at entry {self.position}" if at else "as far as we know"
        published = self.perspective["clock"] == "published"
        return "as the papers had it by" if published else "as our record had it by"

    @property
    def text(self) -> str:
        """The whole sentence."""
        return (
            f"{self.verb} {self.so}, {self.source}{'' if self.known is None else ' ' + self.known}."
        )

    @property
    def is_past(self) -> bool:
        """Whether something may have become known since."""
        return self.known is not None or "position" in self.given


def _day(cut: str) -> str:
    """The day of an instant, as a date field takes it; empty outside the years 1 to 9999."""
    return "" if cut[0] in "+-" else cut[:10]
