"""Keeps the signed evidence of a log's fork or roll-back, so that others can check it."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from domain.proof.checkpoint import Checkpoint
from domain.proof.continuation import ForkError
from infrastructure.private_file import replace_whole, sync_folder
from infrastructure.proofs.log_key import ANYONE_MAY_READ

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from domain.proof.continuation import ContinuationError
    from domain.proof.subtrees import NamedTile

MOST: Final = 50
"""How many cases of a kind are kept, because a log could sign a new one every second."""


class Evidence:
    """The folder `evidence` in a witness's folder, with one folder for each case.

    A case has the note that the witness has co-signed (`cosigned`), the note that does not continue it (`shown`), and
    the tiles that the log gave for that one (`tile/…`), with which anyone can check the case.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "evidence"

    def cases(self) -> list[str]:
        """The names of the cases, by kind and size."""
        return sorted(path.parent.name for path in self.folder.glob("*/shown"))

    def keep(
        self, error: ContinuationError, cosigned: str, shown: str, tiles: Mapping[NamedTile, bytes]
    ) -> str:
        """Write a case, unless it is kept already; returns a few words that say where it is."""
        kind = "fork" if isinstance(error, ForkError) else "roll-back"
        case = self.folder / _name(kind, cosigned, shown)
        if not (case / "shown").exists():
            if sum(name.startswith(kind) for name in self.cases()) >= MOST:
                return f"this case is not kept, because {self.folder} has {MOST} such cases already"
            for tile, content in tiles.items():
                _write(case / "tile" / str(tile.level) / tile.path.text, content)
            _write(case / "cosigned", cosigned.encode())
            _write(case / "shown", shown.encode())
        return f"both checkpoints are kept in {case}"


def _name(kind: str, cosigned: str, shown: str) -> str:
    sizes = (Checkpoint.read_unverified(note).size for note in (cosigned, shown))
    texts = "".join(note.partition("\n\n")[0] for note in (cosigned, shown))
    return "-".join([kind, *map(str, sizes), sha256(texts.encode()).hexdigest()[:8]])


def _write(path: Path, content: bytes) -> None:
    missing = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        sync_folder(folder.parent)
    replace_whole(path, content, ANYONE_MAY_READ)
