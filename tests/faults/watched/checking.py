"""Check that the database holds what was acknowledged, each fact once and complete."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from api.composition import compose
from domain.proof.checkpoint import Checkpoint
from infrastructure.proofs.log_key import LastSigned
from infrastructure.proofs.verification import verify
from infrastructure.sealing.stamps import secret_of_keys
from infrastructure.sealing.stored_responses import digest_of_key
from infrastructure.tables.facts import serving_tables
from infrastructure.tables.record import event, idempotency_answer, log_head
from tests.databases import open_database, settings_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sqlalchemy import Connection


class LostError(AssertionError):
    """Something acknowledged is missing, or something is there that should not be."""


def check(url: str, acknowledged: Collection[str], in_doubt: Collection[str] = ()) -> int:
    """Raise `LostError`, or give the number of facts."""
    database = open_database(url)
    try:
        with database.reading() as connection:
            found = _facts(connection)
            uneven = _find_gap(connection, sum(found.values()))
            answered = _list_answered(connection, found)
    finally:
        database.close()
    sent = Counter(acknowledged)
    if repeated := [
        name for name, times in (sent + found).items() if max(sent[name], found[name]) > 1
    ]:
        raise LostError(f"more than once: {repeated[:5]}")
    if missing := sent.keys() - found.keys():
        raise LostError(
            f"{len(missing)} of {len(sent)} acknowledged are lost: {sorted(missing)[:5]}"
        )
    if unasked := found.keys() - sent.keys() - set(in_doubt):
        raise LostError(f"nobody sent: {sorted(unasked)[:5]}")
    if uneven:
        raise LostError(uneven)
    if answered != found.keys():
        raise LostError(f"facts and their answers differ: {sorted(answered ^ found.keys())[:5]}")
    return len(found)


def _list_answered(connection: Connection, names: Collection[str]) -> set[str]:
    """The names whose responses are stored, and the digest of each stored key that belongs to none of them."""
    rows = connection.execute(select(idempotency_answer.c.caller, idempotency_answer.c.key)).all()
    secret = secret_of_keys(connection) or b""
    callers = {row.caller for row in rows}
    named = {digest_of_key(secret, caller, name): name for caller in callers for name in names}
    return {named.get(row.key, row.key) for row in rows}


def _facts(connection: Connection) -> Counter[str]:
    """{external id: number of its fact versions}."""
    columns = serving_tables(connection).version.c
    return Counter(connection.execute(select(columns.external_id)).scalars())


def _find_gap(connection: Connection, versions: int) -> str | None:
    """An error if the log has gaps, or an event of a fact has no row; else None."""
    log = select(func.count(), func.min(event.c.position), func.max(event.c.position))
    events, first, last = connection.execute(log).one()
    facts = select(func.count()).where(event.c.type == "fact.recorded")
    head = connection.execute(select(log_head.c.position)).scalar_one()
    recorded = connection.execute(facts).scalar_one()
    if (first, last, head) == (1, events, events) and recorded == versions:
        return None
    if not events:
        return "all acknowledged are lost, with the opening of the negotiation"
    return f"{events} events {first}..{last}, head {head}: {recorded} facts, {versions} rows"


def check_signed(url: str, key_file: Path) -> int:
    """Raise `LostError` unless the log is intact and continues what was signed last; gives the size signed last."""
    note = LastSigned(key_file).read()
    signed = [] if note is None else [Checkpoint.read_unverified(note)]
    database = open_database(url)
    try:
        with database.reading() as connection:
            verification = verify(connection, signed)
    finally:
        database.close()
    if verification.wrong is not None:
        raise LostError(f"position {verification.wrong.position}: {verification.wrong.what}")
    return signed[0].size if signed else 0


def check_rebuild(url: str) -> None:
    """Raise `LostError` if the tables differ from what the log gives."""
    parley = compose(settings_of(url), upgrade=False)
    try:
        report = parley.rebuild()
    finally:
        parley.close()
    if report.differences:
        raise LostError(f"a rebuild finds differences: {report.differences[:3]}")
