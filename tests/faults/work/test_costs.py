"""The short form of the test of costs: on a record twice as large, the cost of a request at most about doubles."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

import pytest

from tests.faults.work.costs import SHOWN, compare
from tests.thorough import part_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind


@pytest.mark.parametrize("kind", ["sqlite-file", "postgresql"])
def test_twice_the_record_and_the_body_cost_about_twice_as_much_on_every_route(
    kind: str, fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    """Each kind of request is sent to one of the databases in each run, and to both in the long form."""
    urls = fresh_database(cast("Kind", kind)), fresh_database(cast("Kind", kind))
    part = int(kind == "postgresql")
    dearest = compare(
        urls, 80, 40_000, tmp_path, thorough=False, of_all=lambda kinds: part_of(kinds, part, 2)
    )
    assert len(dearest) == SHOWN
    sys.stdout.write("\n".join(["", *dearest, ""]))
