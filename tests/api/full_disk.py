"""A process that can write only small files, as on a full disk, and an import that does not fit."""

from __future__ import annotations

import json
import resource
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tests.api.asking import fact

if TYPE_CHECKING:
    from collections.abc import Iterator

NDJSON: Final = {"content_type": "application/x-ndjson"}


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Limit every file that this process and its children write to `size` bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def make_lines(facts: int, each: int) -> bytes:
    """The lines of an import of facts, each of about `each` bytes."""
    noted = (fact(note=f"{number} {'n' * each}") for number in range(facts))
    return b"\n".join(json.dumps(line).encode() for line in noted)
