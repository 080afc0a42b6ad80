"""Defines `parley verify`, which trusts no stored data: it hashes the log again, and derives the tables from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from api.cli.keeping.certificate import explain_difference, read_certificate
from api.cli.keeping.clock import describe_wrong_times
from api.cli.keeping.helpers import Helpers, helping
from api.cli.keeping.unreadable import refuse_unreadable
from api.cli.keeping.verifiers import log_verifier, note_in, witness_verifier
from api.cli.options import AsJson
from api.cli.progress import progress_bar
from api.cli.session import CommandRefusedError, open_record, say
from api.cli.text import echo
from api.composition import Parley
from domain.proof.certificate import Certificate
from domain.proof.checkpoint import Checkpoint
from domain.proof.cosignature import time_of_cosignature
from domain.proof.note import NoteError, Verifier, base64_of
from domain.rules import READING
from domain.time.instant import format_instant
from infrastructure.database.database import Database
from infrastructure.database.schema_comparison import find_misshapen
from infrastructure.log.clock_corrections import WrongTimes, wrong_times
from infrastructure.projections.checking.comparison import compare_with_log
from infrastructure.projections.checking.differences import Unfounded
from infrastructure.projections.checking.shares import last_position
from infrastructure.projections.checking.soundness import OwnCheck, find_text_flaw, run_own_check
from infrastructure.proofs import verification
from infrastructure.proofs.configured import log_key_file
from infrastructure.proofs.ed25519 import Ed25519Verifier
from infrastructure.proofs.log_key import LastSigned
from infrastructure.proofs.publishing import last_signed_note

Named = tuple[str, str]
"""The name of a note's source, and the note; two sources may have the same name."""

_SECOND: Final = 1_000_000
_ID: Final = re.compile(r"[0-9a-f]{32}")
_LOOK: Final = "run: parley keys list, and when the list is right: parley seal --as-is"


def verify(
    *,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            show_default=False,
            help="A signed checkpoint that was saved: the log must continue it. May be given several times.",
        ),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            show_default=False,
            help="A certificate, or the JSON response that contains it: its question is asked again.",
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="NAME+ID+KEY",
            show_default=False,
            help="The key that must have signed them. Default: the key in PARLEY_LOG_KEY_FILE.",
        ),
    ] = None,
    witness: Annotated[
        str | None,
        typer.Option(
            metavar="NAME+ID+KEY",
            show_default=False,
            help="The witness that must have co-signed each checkpoint that is given.",
        ),
    ] = None,
    log_only: Annotated[
        bool,
        typer.Option("--log-only", help="Check the log only, and not the tables derived from it."),
    ] = False,
    json: AsJson = False,
) -> None:
    """Check that nobody changed the log, or the tables derived from it, outside Parley.

    Every event is hashed again; the tree is compared with the signed checkpoints, and each table with the log.
    """
    with refuse_unreadable(), open_record(lane="unhurried") as parley:
        key_file = log_key_file(parley.settings, parley.database)
        verifier = log_verifier(key, key_file, parley.settings.log_origin)
        if verifier is None and (checkpoint or certificate):
            raise CommandRefusedError("there is no key to check the checkpoint with: give --key")
        notes = [(str(path), note_in(path)) for path in checkpoint or ()]
        words = _words_of(notes, witness)
        certified = None
        if certificate is not None and verifier is not None:
            certified = read_certificate(certificate, verifier)
            notes.append((str(certificate), certified.checkpoint))
        with (
            parley.database.reading() as connection,
            helping(parley, 0 if log_only else last_position(connection)) as helpers,
        ):
            notes += _read_notes(key_file, last_signed_note(connection)) if verifier else []
            with progress_bar("verifying", None) as bar:
                verified = verification.verify(connection, _verify_notes(notes, verifier), bar)
            skipped = verified.wrong or log_only
            tables = [] if skipped else _tables(parley, connection, helpers)
            future = None if verified.wrong else wrong_times(connection, parley.clock())
        with progress_bar("checking the database", None):
            own = None if verified.wrong else run_own_check(parley.database)
            flaw = None if own is None else own.flaw
            flaw = flaw if verified.wrong or flaw or log_only else _flaw(parley.database)
        reason = _reason(verified, tables, flaw, future)
        asked = certified is not None and reason is None
        differs = explain_difference(parley, certified) if certified is not None and asked else None
    if json:
        shown = _as_json(verified, _names(notes), verifier)
        same = differs is None if certified is None or certified.reading == READING else None
        gave = {"certificate": {"same": same, "why": differs}} if asked else {}
        late = None if future is None else describe_wrong_times(future)
        checked = (
            None if own is None else {"by": own.by, "ran": own.unable is None, "why": own.unable}
        )
        shown |= {"future": late, "tables": _tables_as_json(tables, flaw), "own_check": checked}
        say({**shown, **gave})
    elif reason is None:
        _print(verified, _names(notes), words, own, log_only=log_only)
        if asked and differs is None:
            echo(_describe_same(str(certificate), certified))
    if (refusal := reason or differs) is not None:
        raise CommandRefusedError(refusal)


def _describe_same(name: str, certified: Certificate | None) -> str:
    """The message for a certificate whose answer here does not differ from the certified one."""
    if certified is None or certified.reading == READING:
        return f"The question of {name} has the same answer here"
    return (
        f"{name} was made with reading {certified.reading} of the rules, and today's is {READING}: the log up to its"
        f" position {certified.position} is intact, but its answer was not compared"
    )


def _tables(parley: Parley, connection: Any, helpers: Helpers) -> list[Unfounded]:  # noqa: ANN401 -- sqlalchemy is not the API's
    last, read = last_position(connection), 0
    with progress_bar("deriving", last) as bar:

        def show(more: int) -> None:
            nonlocal read
            read = min(read + more, last)
            bar(read, last)

        found = helpers.find(parley, connection, show)
        return compare_with_log(connection, parley.ledger.codec, parley.clock(), found)


def _reason(
    verified: verification.Verification,
    tables: list[Unfounded],
    flaw: str | None,
    future: WrongTimes | None,
) -> str | None:
    if verified.wrong is not None:
        return f"position {verified.wrong.position}: {verified.wrong.what}"
    if future is not None:
        return (
            f"the log is whole; {describe_wrong_times(future)}. Look at another clock first:"
            " if this machine's is wrong, set it right; if the log's times are, run: parley correct-clock"
        )
    for row in tables:
        key = ", ".join(str(_format_key(part)) for part in row.key)
        remedy = "run: parley rebuild" if row.derived else _LOOK
        return f"the log is whole; {row.table} ({key}) {row.what}; {remedy}"
    return None if flaw is None else f"the log is whole; the database is not: {flaw}"


def _format_key(part: Any) -> Any:  # noqa: ANN401 -- a part of any table's key
    """A part of a row's key as people write it: ids with their hyphens."""
    return str(UUID(part)) if isinstance(part, str) and _ID.fullmatch(part) else part


def _flaw(database: Database) -> str | None:
    """What is wrong with the database itself, apart from its content."""
    return find_misshapen(database) or find_text_flaw(database)


def _words_of(notes: list[Named], witness: str | None) -> dict[str, str]:
    """When a witness co-signed each checkpoint, in words; CommandRefusedError if it has not co-signed one."""
    if witness is None:
        return {}
    if not notes:
        raise CommandRefusedError("--witness needs --checkpoint: name the file of a checkpoint too")
    verifier = witness_verifier(witness)
    cosigned = {}
    for name, note in notes:
        _read_checkpoint(name, note, [verifier])
        at = format_instant(time_of_cosignature(note, verifier) * _SECOND).replace(".000000", "")
        cosigned[name] = f"co-signed by {verifier.key.name} at {at}"
    return cosigned


def _read_notes(key_file: Path, stored: str | None) -> list[Named]:
    """The checkpoints that are kept in the database and beside the key."""
    beside = LastSigned(key_file)
    notes = (("the database", stored), (str(beside.path), beside.read()))
    return [(name, note) for name, note in notes if note is not None]


def _names(notes: list[Named]) -> list[str]:
    return sorted({name for name, _ in notes})


def _verify_notes(notes: list[Named], verifier: Ed25519Verifier | None) -> list[Checkpoint]:
    """The checkpoints of notes, verified with the log's key; without a key there are no notes."""
    return [_verify_note(name, note, verifier) for name, note in notes if verifier]


def _verify_note(name: str, note: str, verifier: Ed25519Verifier) -> Checkpoint:
    checkpoint = _read_checkpoint(name, note, [verifier])
    if checkpoint.origin != verifier.key.name:
        raise CommandRefusedError(
            f"the checkpoint of {name} belongs to another log, {checkpoint.origin}"
        )
    return checkpoint


def _read_checkpoint(name: str, note: str, verifiers: list[Verifier]) -> Checkpoint:
    try:
        return Checkpoint.verify_note(note, verifiers)
    except NoteError as error:
        raise CommandRefusedError(f"the checkpoint of {name}: {error}") from error


def _print(
    verified: verification.Verification,
    names: list[str],
    words: dict[str, str],
    own: OwnCheck | None,
    *,
    log_only: bool,
) -> None:
    echo(f"{verified.events} events are as they were recorded; the root is")
    echo(base64_of(verified.root))
    for name in names:
        word = f", {words[name]}" if name in words else ""
        echo(f"They continue the signed checkpoint of {name}{word}")
    if not log_only:
        echo("The tables match the log")
    if own is not None:
        did = "found nothing wrong" if own.unable is None else f"did not run: {own.unable}"
        echo(f"The database's own check ({own.by}) {did}")


def _as_json(
    verified: verification.Verification, checkpoints: list[str], verifier: Ed25519Verifier | None
) -> dict[str, Any]:
    wrong = verified.wrong
    return {
        "events": verified.events,
        "root": base64_of(verified.root),
        "key": None if verifier is None else verifier.key.text,
        "checkpoints": checkpoints,
        "wrong": None if wrong is None else {"position": wrong.position, "what": wrong.what},
    }


def _tables_as_json(tables: list[Unfounded], flaw: str | None) -> list[dict[str, Any]]:
    rows = [
        {"table": row.table, "key": [*map(_format_key, row.key)], "what": row.what}
        for row in tables
    ]
    return [*rows, *([] if flaw is None else [{"table": None, "key": [], "what": flaw}])]
