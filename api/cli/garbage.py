"""Sets how often Python looks for objects that refer to each other in a cycle and that nobody else refers to."""

from __future__ import annotations

import gc
from typing import Final

ALLOCATIONS: Final = 50_000
"""After how many new objects Python looks for cycles. A state makes many objects and no cycle: looking for them was a
quarter of its time."""


def look_for_cycles_seldom() -> None:
    """Look after more objects than Python does by itself, and never among those that exist already."""
    gc.freeze()
    gc.set_threshold(ALLOCATIONS)
