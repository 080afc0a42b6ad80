"""Cache the strategies of a pattern, so that they are not computed for each example of a schema."""

from __future__ import annotations

import re
from typing import Any, Final

from hypothesis.strategies._internal import regex

_make: Final = regex.regex_strategy
_made: Final[dict[tuple[object, ...], Any]] = {}


def remember_patterns() -> None:
    """Let all strategies of this process that draw by a pattern share what was computed for it."""
    regex.regex_strategy = _make_once  # type: ignore[assignment]


def _make_once(pattern: str | re.Pattern[str], fullmatch: bool, **how: Any) -> Any:  # noqa: ANN401 -- as hypothesis has it
    compiled = re.compile(pattern)
    key = (compiled.pattern, compiled.flags, fullmatch, repr(how))
    if key not in _made:
        _made[key] = _make(pattern, fullmatch, **how)
    return _made[key]
