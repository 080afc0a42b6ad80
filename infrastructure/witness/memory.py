"""Keeps a witness's name, key and last co-signed checkpoint in one folder.

The key is made last, so a folder that has a key but lacks another file has lost that file. A witness that lost its last
co-signed checkpoint and went on would sign any fork.
"""

from __future__ import annotations

from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from typing import TYPE_CHECKING, Final, Self

from domain.proof.note import NoteError, VerifierKey
from infrastructure.private_file import replace_whole, sync_folder
from infrastructure.proofs.log_key import ANYONE_MAY_READ, ensure_signer, read_signer
from infrastructure.witness.refusals import FolderError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from infrastructure.proofs.ed25519 import Ed25519Signer

OWNER_ALONE: Final = 0o700


class Memory:
    """The folder of one witness of one log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key_file = folder / "witness.key"
        self._name = folder / "name"
        self._last = folder / "last"

    @classmethod
    @contextmanager
    def lock(cls, folder: Path) -> Iterator[Self]:
        """Lock the folder, which is created if it is missing; FolderError if another process uses it."""
        if not folder.is_dir():
            folder.mkdir(mode=OWNER_ALONE, parents=True)
            sync_folder(folder.absolute().parent)
        with (folder / "lock").open("ab") as lock:
            try:
                flock(lock, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                raise FolderError(f"another process uses {folder}: stop it first") from None
            yield cls(folder)

    def signer(self, name: str | None) -> Ed25519Signer:
        """The witness's signer; it is created with `name` if the folder has none and nothing was signed yet.

        FolderError if the folder lacks a file or the witness has another name; LogKeyError if its key cannot be used.
        """
        if not self.key_file.exists():
            self._begin(name)
        kept = self._read(self._name)
        self.last()
        if name is not None and name != kept:
            raise FolderError(f"the witness in {self.folder} is called {kept!r}")
        return read_signer(self.key_file, kept)

    def last(self) -> str | None:
        """The note that was co-signed last; None before the first one."""
        return self._read(self._last) or None

    def remember(self, note: str) -> None:
        """Replace the last co-signed note on the disk; this must be done before the note is given out."""
        replace_whole(self._last, note.encode(), ANYONE_MAY_READ)

    def check_new(self, name: str | None) -> None:
        """Raise FolderError if the folder has no witness yet, and none of this name can be made in it."""
        if self.key_file.exists():
            return
        if self._last.exists() and self.last() is not None:
            raise FolderError(
                f"{self._last} exists, but the key that co-signed it is missing: put {self.key_file} back"
            )
        if name is None:
            raise FolderError(
                f"there is no witness in {self.folder} yet: give its name with --name"
            )
        _check_name(name)

    def _begin(self, name: str | None) -> None:
        self.check_new(name)
        if name is None:
            raise AssertionError
        replace_whole(self._name, name.encode(), ANYONE_MAY_READ)
        replace_whole(self._last, b"", ANYONE_MAY_READ)
        ensure_signer(self.key_file, name)

    def _read(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise FolderError(
                f"{self.key_file} exists, but {path} is missing: put it back"
            ) from None
        except UnicodeDecodeError:
            raise FolderError(
                f"{path} is not UTF-8: it was changed, so put back the file that the witness wrote"
            ) from None


def _check_name(name: str) -> None:
    try:
        VerifierKey(name, bytes(32))
        name.encode()
    except (NoteError, UnicodeEncodeError):
        printable = False
    else:
        printable = name.isprintable()
    if not printable:
        raise FolderError(f"a witness's name is one word without a plus sign, not {name!r}")
