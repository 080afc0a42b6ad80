"""A disk with little room, as far as a process can be made to see one, and what does not fit there."""

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
    """No file of this process, or of those that it starts meanwhile, is written past so many bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def make_lines(facts: int, each: int) -> bytes:
    """The lines of an import of facts, of about `each` bytes."""
    noted = (fact(note=f"{number} {'n' * each}") for number in range(facts))
    return b"\n".join(json.dumps(line).encode() for line in noted)
