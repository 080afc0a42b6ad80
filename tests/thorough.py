"""What a test draws each time it runs, and what it draws in its long form: `make faults` sets PARLEY_THOROUGH."""

from __future__ import annotations

import os
from typing import Final

__all__ = ["THOROUGH", "often"]

THOROUGH: Final = bool(os.environ.get("PARLEY_THOROUGH"))


def often(each_time: int, thoroughly: int) -> int:
    """How many of something a test tries."""
    return thoroughly if THOROUGH else each_time
