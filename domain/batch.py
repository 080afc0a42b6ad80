"""The label of an import: it is stored with each event of the import, and sealed and erased together with it."""

from __future__ import annotations

import re
from typing import Final

from domain.errors import ContentError

BATCH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def check_batch(batch: str, pointer: str) -> None:
    """ContentError, at the pointer, if the label of a batch is too long or has other than plain ASCII characters."""
    if not BATCH.fullmatch(batch):
        raise ContentError.at(
            pointer,
            "write 1 to 64 letters A to Z, digits or . : _ - and begin with a letter or a digit",
        )
