"""Import a record that ships with Parley twice: all of it is recorded once."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.commands.commands import FactParser
from api.commands.importing.importer import Importer
from tests.examples import OWNER

if TYPE_CHECKING:
    from api.composition import Parley

DATA: Final = Path(__file__).resolve().parents[2] / "data"
COUNTS: Final = (
    "recorded",
    "corrected",
    "corroborated",
    "ended",
    "retracted",
    "reinstated",
    "preferred",
)


def _import_all(parley: Parley, slug: str, file: str) -> dict[str, Any]:
    """Import a file of `data`; gives the report."""
    packed = (DATA / file).read_bytes()
    lines = (gzip.decompress(packed) if file.endswith(".gz") else packed).splitlines()
    importer = Importer(parley, FactParser())
    return importer.run(
        slug=slug, lines=lines, media="ndjson", dry_run=False, partial=False, principal=OWNER
    ).as_dict()


def import_whole_and_once(parley: Parley, file: str, recorded: int, operations: int) -> None:
    """Import a file of `data` into a negotiation of its name, twice."""
    slug = file.split(".", maxsplit=1)[0]
    parley.ledger.open_negotiation(slug=slug, title=slug, parties=(), summary=None, actor="desk")
    first, again = _import_all(parley, slug, file), _import_all(parley, slug, file)
    assert first["rejected"] == again["rejected"] == []
    assert first["recorded"] == recorded
    assert sum(first[name] for name in COUNTS) == operations
    assert again["unchanged"] == operations
    assert again["last_position"] is None
