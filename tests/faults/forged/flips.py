"""One byte of a database file is changed, anywhere in it: verify finds it, or no answer changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.databases import migrate, sqlite_file_url
from tests.faults.watched.kept_record import keep, keep_more
from tests.faults.watched.trials import Figures, Trials

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from tests.faults.watched.kept_record import KeptRecord

DATABASE: Final = "parley.db"
WAL: Final = "parley.db-wal"


class Files:
    """The bytes of a database: of its file alone, or with a write-ahead log that holds the end of the record."""

    def __init__(self, record: KeptRecord, content: dict[str, bytes]) -> None:
        self.record = record
        self.content = content

    def put(self) -> None:
        """Write the files."""
        for left in self.record.folder.glob(f"{DATABASE}*"):
            left.unlink()
        for each, content in self.content.items():
            (self.record.folder / each).write_bytes(content)

    def put_flipped(self, name: str, at: int, byte: int) -> None:
        """Write the files with one byte changed."""
        self.put()
        with (self.record.folder / name).open("r+b") as file:
            file.seek(at)
            file.write(bytes([byte]))


def make_kept_files(folder: Path) -> tuple[Files, Files]:
    """The same record in one file, and with its end in the write-ahead log."""
    record = keep(_create_database(folder / DATABASE), folder)
    parley = record.open_record()
    parley.database.drop_overwritten()
    keep_more(record, parley)
    beside = _read(folder, DATABASE, WAL)
    parley.close()
    return Files(record, _read(folder, DATABASE)), Files(record, beside)


def _create_database(path: Path) -> str:
    url = sqlite_file_url(path)
    migrate(url)
    return url


def _read(folder: Path, *names: str) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names}


def flip_again_and_again(files: Files, flips: int, random: Random, share: float = 1) -> Figures:
    """Flip bytes, drawn evenly from all files; raises UndetectedError or UnfitError."""
    files.put()
    trials = Trials(files.record, random, share=share)
    names = list(files.content)
    sizes = [len(files.content[name]) for name in names]
    for _ in range(flips):
        (name,) = random.choices(names, sizes)
        at = random.randrange(len(files.content[name]))
        before = files.content[name][at]
        byte = random.choice([each for each in range(256) if each != before])
        trials.release()
        files.put_flipped(name, at, byte)
        trials.judge(name, f"byte {at} of {name}, {before:#04x} made {byte:#04x},")
    trials.close()
    return trials.figures
