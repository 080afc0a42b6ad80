"""Writes the path of each request to the access log, without words of facts: queries, matters and what is counted."""

from __future__ import annotations

import logging
import re
from copy import deepcopy
from typing import Any, Final

from uvicorn.config import LOGGING_CONFIG

_QUERY: Final = re.compile(r"\?|%3F", re.IGNORECASE)
_WORDS: Final = re.compile("(/(?:matters|numbers)/).+", re.DOTALL)
"""Pages whose addresses end with words of facts."""
_LONGEST: Final = 500
"""How many characters of a path are logged."""
_PATH: Final = 2
"""Where the address stands among the arguments of uvicorn's line: client, method, address, version, status."""


class WithoutWords(logging.Filter):
    """A logging filter that removes the query and words in the path from uvicorn's access log, and cuts long paths."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten a line; True, because every line is logged."""
        if isinstance(record.args, tuple) and len(record.args) > _PATH:
            args = list(record.args)
            path = _QUERY.split(str(args[_PATH]), maxsplit=1)[0]
            args[_PATH] = _shorten(_WORDS.sub(r"\1-", path))
            record.args = tuple(args)
        return True


def _shorten(path: str) -> str:
    return path if len(path) <= _LONGEST else f"{path[:_LONGEST]}…"


def _without_words() -> dict[str, Any]:
    config: dict[str, Any] = deepcopy(LOGGING_CONFIG)
    config["filters"] = {"without_words": {"()": WithoutWords}}
    config["handlers"]["access"]["filters"] = ["without_words"]
    return config


LOGGING: Final = _without_words()
"""Uvicorn's own configuration of its logs, but for words of facts."""
