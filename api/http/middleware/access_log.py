"""The access log says which path was asked, and not the query: names and words of facts stand in it."""

from __future__ import annotations

import logging
import re
from copy import deepcopy
from typing import Any, Final

from uvicorn.config import LOGGING_CONFIG

__all__ = ["LOGGING", "WithoutQuery"]

_QUERY: Final = re.compile(r"\?|%3F", re.IGNORECASE)
_PATH: Final = 2
"""Where the address stands among the arguments of uvicorn's line: client, method, address, version, status."""


class WithoutQuery(logging.Filter):
    """Takes from each line of uvicorn's access log what follows the path."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten a line; every one is kept."""
        if isinstance(record.args, tuple) and len(record.args) > _PATH:
            said = list(record.args)
            said[_PATH] = _QUERY.split(str(said[_PATH]), maxsplit=1)[0]
            record.args = tuple(said)
        return True


def _without_queries() -> dict[str, Any]:
    found: dict[str, Any] = deepcopy(LOGGING_CONFIG)
    found["filters"] = {"without_query": {"()": WithoutQuery}}
    found["handlers"]["access"]["filters"] = ["without_query"]
    return found


LOGGING: Final = _without_queries()
"""Uvicorn's own configuration of its logs, but for queries."""
