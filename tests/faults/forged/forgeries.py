"""Forge every table of a record, one forgery at a time: verify finds each, or no answer changes."""

from __future__ import annotations

import shutil
from contextlib import closing, contextmanager
from itertools import cycle, islice
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import NullPool, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from infrastructure.database.engines import engine_of
from infrastructure.sealing.key_source import GivenKeys
from infrastructure.sealing.seals import SEALS, Seals
from infrastructure.sealing.wrapping import BrokenSealError, read_keys
from tests.databases import SEAL_KEY, migrate, sqlite_file_url
from tests.faults.forged.forging import UnforgeableError, row_forgeries, tables
from tests.faults.forged.forging_log import LOG_FORGERIES
from tests.faults.forged.forging_schema import exchange_sides, schema_forgeries
from tests.faults.watched.kept_record import KeptRecord, keep
from tests.faults.watched.trials import Figures, Trials

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path
    from random import Random

    from sqlalchemy import Connection, Engine

    from tests.databases import PostgreSQL
    from tests.faults.forged.forging import Forge

REBUILT: Final = ", rebuilt"
TRIES: Final = 200
"""How often another forgery is drawn if the database refuses one or it changes nothing."""

Named = tuple[str, "Forge"]


class Copies(Protocol):
    """A record that can be restored to its original state."""

    record: KeptRecord

    def put_back(self) -> None:
        """Undo all changes to the record; nobody may be connected to it."""


class SQLiteCopies:
    """A record in a file."""

    def __init__(self, folder: Path) -> None:
        path = folder / "parley.db"
        url = sqlite_file_url(path)
        migrate(url)
        self.record = keep(url, folder, rebuilt=True)
        self._path, self._kept = path, folder / "kept"
        shutil.copyfile(path, self._kept)

    def put_back(self) -> None:
        """Copy the file."""
        for each in self._path.parent.glob(f"{self._path.name}*"):
            each.unlink()
        shutil.copyfile(self._kept, self._path)


class PostgreSQLCopies:
    """A record in a database of a server."""

    def __init__(self, postgresql: PostgreSQL, folder: Path) -> None:
        self._postgresql = postgresql
        self._kept = postgresql.fresh(lasting=True)
        self.record = keep(self._kept, folder, rebuilt=True)
        self.record.url = postgresql.fresh(lasting=True)

    def put_back(self) -> None:
        """Make the database again from its kept copy."""
        name, kept = (make_url(url).database for url in (self.record.url, self._kept))
        admin = self._postgresql._admin
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {kept} STRATEGY FILE_COPY".encode())


def forge_again_and_again(
    copies: Copies,
    forgeries: int,
    random: Random,
    share: float = 1,
    chosen: Callable[[Collection[str]], Collection[str]] = list,
) -> Figures:
    """Forge each table in turn, or those `chosen`, in every way in turn; raises UndetectedError or UnfitError."""
    copies.put_back()
    engine = _engine(copies.record.url)
    made = _forgeries(engine)
    hands = {name: _deal(made[name], random) for name in chosen(list(made))}
    turn = cycle(hands.values())
    with closing(Trials(copies.record, random, share=share)) as trials:
        while trials.figures.made < max(forgeries, len(hands)):
            trials.release()
            copies.put_back()
            name = _forge_next(engine, copies, next(turn), random)
            trials.judge(name, f"the forgery {name!r}")
    engine.dispose()
    return trials.figures


def _forge_next(engine: Engine, copies: Copies, hand: Iterator[Named], random: Random) -> str:
    """Do the next possible forgery, and give its name."""
    tried = []
    for name, forge in islice(hand, TRIES):
        if _try_forgery(engine, forge, random):
            if not name.endswith(REBUILT) or _make_fit(copies.record):
                return name
            copies.put_back()
        tried.append(name)
    raise AssertionError(
        f"none of {tried} can be done: give its table a row in {KeptRecord.__module__}"
    )


def _engine(url: str) -> Engine:
    """An engine with all keys, on which the database does not check foreign keys."""
    seals = Seals(GivenKeys(read_keys(SEAL_KEY)))
    made = make_url(url)
    if made.drivername == "postgresql":
        made = made.set(drivername="postgresql+psycopg")
    return engine_of(made, poolclass=NullPool).execution_options(**{SEALS: seals})


def _forgeries(engine: Engine) -> dict[str, dict[str, Forge]]:
    """{table: {name: forgery}}; forgeries that need the record's keys have a group of their own."""
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        found = tables(connection)
    made = {
        each.name: row_forgeries(each) | schema_forgeries(each, sqlite=sqlite) for each in found
    }
    rebuilt = {f"{name}{REBUILT}": forge for name, forge in LOG_FORGERIES.items() if "," in name}
    return made | {
        "with the keys": LOG_FORGERIES | rebuilt,
        "sides": {"fact_version: sides exchanged": exchange_sides},
    }


def _deal(forgeries: dict[str, Forge], random: Random) -> Iterator[Named]:
    """All forgeries, shuffled, again and again."""
    while True:
        yield from random.sample(list(forgeries.items()), len(forgeries))


def _try_forgery(engine: Engine, forge: Forge, random: Random) -> bool:
    """Whether the forgery was done; False if the database refused it or there was nothing to forge."""
    try:
        with _as_forger(engine) as connection:
            forge(connection, random)
    except (SQLAlchemyError, UnforgeableError, BrokenSealError):
        return False
    return True


@contextmanager
def _as_forger(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection


def _make_fit(record: KeptRecord) -> bool:
    """Whether the tables can be rebuilt from the forged log; then it is signed, so only a saved checkpoint shows it."""
    (record.folder / "parley.key.checkpoint").write_bytes(b"")
    parley = record.open_record()
    assert parley.publisher is not None
    try:
        parley.rebuild()
        parley.publisher.publish()
    except Exception:  # noqa: BLE001 -- a log that cannot be so is no forgery
        return False
    finally:
        parley.close()
    return True
