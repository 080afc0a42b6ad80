"""The number of the rules by which Parley reads the record: the reading.

Within one reading a fixed answer never changes. A change of the rules that changes an answer raises the number, and is
described in docs/adr/0031-readings.md.
"""

from __future__ import annotations

from typing import Final

FIRST_READING: Final = 1
"""The reading of snapshots and certificates that were stored before readings had numbers."""
READING: Final = 31
"""The reading of this version of Parley."""
