"""Every record that ships with Parley imports completely, and a second import changes nothing.

For the visits, tests/api/answers/test_visits.py shows this, and checks each of their moments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.importing.shipped import import_whole_and_once

if TYPE_CHECKING:
    from api.composition import Parley

pytestmark = pytest.mark.either_database


@pytest.mark.parametrize(
    ("file", "recorded", "operations"),
    [
        ("us-belarus.ndjson", 97, 138),
        ("department-timeline.ndjson.gz", 1488, 1488),
        ("guantanamo-counts.ndjson", 19, 23),
    ],
)
def test_a_shipped_record_imports_whole_and_once(
    parley: Parley, file: str, recorded: int, operations: int
) -> None:
    import_whole_and_once(parley, file, recorded, operations)
