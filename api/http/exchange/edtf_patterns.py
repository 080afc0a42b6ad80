"""Describes the text of a cut exactly, as regular expressions: plain years, months and days, and instants."""

from __future__ import annotations

from typing import Final

_YEAR: Final = r"(?:\+0[0-9]|-0[1-9])?[0-9]{4}"
_LEAP: Final = (
    r"(?:\+0[0-9]|-0[1-9])?"
    r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
)
_MONTH: Final = r"(?:0[1-9]|1[0-2])"
_DAY: Final = (
    rf"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    rf"|{_LEAP}-02-29)"
)
_HOUR: Final = r"(?:[01][0-9]|2[0-3])"
_SIXTY: Final = r"[0-5][0-9]"
_TIME: Final = rf"[Tt]{_HOUR}:{_SIXTY}:{_SIXTY}(?:\.[0-9]{{1,6}})?(?:[Zz]|[+-]{_HOUR}:{_SIXTY})"

CUT: Final = rf"^(?:{_YEAR}(?:-{_MONTH})?|{_DAY}(?:{_TIME})?)$"
"""What `domain.time.instant.parse_cut` reads, within the years -99999 to 99999."""
