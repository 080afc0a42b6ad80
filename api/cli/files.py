"""Writes a file as a whole, or leaves the file that was there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from infrastructure.unfinished import track_unfinished


def replace_file(output: Path, pieces: Iterable[bytes]) -> None:
    """Write to a file beside the output, and rename it when it is complete."""
    partly = output.with_name(output.name + ".part")
    with track_unfinished(partly):
        with partly.open("wb") as file:
            file.writelines(pieces)
        partly.replace(output)
