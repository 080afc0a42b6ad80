"""A batch is what one import brought; its label is kept with every event of it, sealed and erased with what it says."""

from __future__ import annotations

import re
from typing import Final

from domain.errors import ContentError

__all__ = ["BATCH", "check_batch"]

BATCH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def check_batch(batch: str, pointer: str) -> None:
    """ContentError at a place where a label is no name of a batch: no sentence, and nothing that has to be shown."""
    if not BATCH.fullmatch(batch):
        detail = (
            "write 1 to 64 letters A to Z, digits or . : _ - and begin with a letter or a digit"
        )
        raise ContentError.at(pointer, detail)
