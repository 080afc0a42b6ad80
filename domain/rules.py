"""The rules by which what is recorded is read have a number, the reading.

Within one reading a fixed answer is the same for ever; a change of the rules that changes an answer takes the next
number, and is told in docs/adr/0031-readings.md.
"""

from __future__ import annotations

from typing import Final

FIRST_READING: Final = 1
"""The reading of what was kept before readings had numbers."""
READING: Final = 4
"""Today's."""
