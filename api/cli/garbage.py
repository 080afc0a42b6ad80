"""Sets how often Python looks for objects that refer to each other in a cycle and that nobody else refers to."""

from __future__ import annotations

import gc
from typing import Final

ALLOCATIONS: Final = 50_000
"""After how many new objects Python looks for cycles. The modules of a command and a state make many objects and no
cycle: looking for them was an eighth of the start, and a quarter of the state's time."""


def look_for_cycles_seldom() -> None:
    """Look for cycles less often than Python does by itself."""
    gc.set_threshold(ALLOCATIONS)


def keep_what_exists() -> None:
    """Never look again among the objects that exist already, which are those of modules."""
    gc.freeze()
