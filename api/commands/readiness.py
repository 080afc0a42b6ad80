"""Decides whether a server is ready: schema and projections are current, seals open, and the database takes writes."""

from __future__ import annotations

from typing import Any, Final, cast

from api.composition import Parley
from infrastructure.database.open_files import MovedFileError
from infrastructure.database.replication import measure_lag
from infrastructure.database.schema import NewerDatabaseError
from infrastructure.database.table_locks import UnusableTablesError, confirm_tables
from infrastructure.database.timekeeping import ClockInDoubtError
from infrastructure.errors import OF_STORAGE, DatabaseRefusedError
from infrastructure.log.recorder import EventRecorder
from infrastructure.projections.fact_text import MOST_UNINDEXED
from infrastructure.sealing.wrapping import SealKeyError

_FAILURES: Final = (*OF_STORAGE, DatabaseRefusedError, OSError)
_NOTHING: Final[dict[str, Any]] = {"schema": None, "log": None, "projections": {}}
_MOVED: Final = "a file of the database was moved, removed or replaced: the server's log says which"
_DAMAGED: Final = "a part of the database is damaged: run parley verify, which says what"


def readiness(parley: Parley) -> tuple[dict[str, Any], list[str]]:
    """What `Parley.ready` found, and what is lacking, in words; nothing is where it can serve."""
    state, lacks = _look(parley)
    state = {"role": "reader" if parley.settings.read_only else "writer", **state}
    return state, [_DAMAGED, *lacks] if parley.database.damage.seen else lacks


def _look(parley: Parley) -> tuple[dict[str, Any], list[str]]:
    try:
        parley.database.confirm_files()
        confirm_tables(parley.database)
        state = {**parley.ready(), **_lag(parley)}
    except MovedFileError:
        return _NOTHING, [_MOVED]
    except (NewerDatabaseError, UnusableTablesError) as error:
        return _NOTHING, [str(error)]
    except _FAILURES:
        return _NOTHING, ["the database cannot be read"]
    if not state["schema"]:
        return state, ["the schema is not at its head"]
    refused = (
        _check_seals(parley)
        or _check_clock(parley)
        or _check_writes(parley)
        or _check_signer(parley)
    )
    if refused:
        return state, refused
    return state, [f"the projection {name} is behind the log" for name in _behind(state)]


def _lag(parley: Parley) -> dict[str, Any]:
    """How far a reader may be behind; a writer is not."""
    if not parley.settings.read_only:
        return {}
    with parley.database.reading() as connection:
        lag = measure_lag(connection, parley.clock())
    return {"lag_seconds": lag.seconds, "unreplayed_bytes": lag.unreplayed}


def _check_seals(parley: Parley) -> list[str]:
    """Whether something is sealed by a key that this process is not given."""
    try:
        parley.check_seals()
    except SealKeyError:
        return ["a key that payloads are sealed by is not given"]
    return []


def _check_clock(parley: Parley) -> list[str]:
    """What speaks against recording by the clock of this process, or against the record times of the log."""
    try:
        parley.check_clock()
    except ClockInDoubtError as error:
        return [str(error)]
    return []


def _check_signer(parley: Parley) -> list[str]:
    """Whether this process signs nothing, as it has another key than the log's."""
    if parley.publisher is None:
        return []
    with parley.database.reading() as connection:
        other = parley.publisher.other_key(connection)
    return [] if other is None else ["the log is signed by another key than this server has"]


def _check_writes(parley: Parley) -> list[str]:
    """Where a write has no answer, or the last one failed, whether as much could be written now."""
    recorder = cast("EventRecorder", parley.ledger.recorder)
    if recorder.stalled:
        return ["the database takes no writes: it leaves one without an answer"]
    if recorder.trouble is None:
        return []
    try:
        recorder.try_again()
    except _FAILURES as error:
        return [f"the database takes no writes{_say_why(str(error).lower())}"]
    return []


def _say_why(words: str) -> str:
    """Why a write failed, if the disk or a lock is the cause; the database's own words may name hosts and paths."""
    if "full" in words or "no space" in words:
        return ": the disk is full"
    if "locked" in words or "lock timeout" in words:
        return ": another process holds the lock that a write needs"
    return ": the disk reports errors" if "i/o error" in words else ""


def _behind(state: dict[str, Any]) -> list[str]:
    """The projections that are further behind than a search makes up for."""
    least = state["log"] - MOST_UNINDEXED
    return [name for name, at in state["projections"].items() if at < least]
