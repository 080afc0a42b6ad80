"""`parley verify` needs no server and trusts no stored data: it hashes the log again, and derives the rest from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from api.cli.keeping.certificate import explain_difference, read_certificate
from api.cli.keeping.clock import describe_wrong_times
from api.cli.keeping.unreadable import refuse_unreadable
from api.cli.keeping.verifiers import log_verifier, note_in, witness_verifier
from api.cli.options import AsJson
from api.cli.progress import progress_bar
from api.cli.session import CommandRefusedError, open_record, say
from api.cli.text import echo
from api.composition import Parley, log_key_file
from domain.proof.certificate import Certificate
from domain.proof.checkpoint import Checkpoint
from domain.proof.cosignature import time_of_cosignature
from domain.proof.note import NoteError, Verifier, base64_of
from domain.rules import READING
from domain.time.instant import format_instant
from infrastructure.database.database import Database
from infrastructure.database.schema_comparison import find_misshapen
from infrastructure.log.clock_corrections import WrongTimes, wrong_times
from infrastructure.projections.comparison import Unfounded, compare_with_log
from infrastructure.projections.soundness import OwnCheck, own_check, unsound_text
from infrastructure.proofs.ed25519 import Ed25519Verifier
from infrastructure.proofs.log_key import LastSigned
from infrastructure.proofs.publishing import last_signed_note
from infrastructure.proofs.verification import Verification, verify

__all__ = ["register"]

Named = tuple[str, str]
"""Where a note is from, and the note: two may be from places that are called alike."""

_SECOND: Final = 1_000_000
_ID: Final = re.compile(r"[0-9a-f]{32}")
_LOOK: Final = "run: parley keys list, and once that is as it has to be: parley seal --as-is"


def verify_log(
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
            help="A certificate, or the answer that brought it: its question is asked again.",
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="NAME+ID+KEY",
            show_default=False,
            help="The key that must have signed them. Left out: that of PARLEY_LOG_KEY_FILE.",
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
        typer.Option("--log-only", help="Check the log, and not the tables that follow from it."),
    ] = False,
    json: AsJson = False,
) -> None:
    """Check that nobody changed the log, or the tables made of it, outside Parley.

    Every event is hashed again; the tree is compared with the signed checkpoints, and each table with the log.
    """
    with (
        refuse_unreadable(),
        open_record(lane="unhurried") as parley,
        progress_bar("verifying", None) as bar,
    ):
        key_file = log_key_file(parley.settings, parley.database)
        verifier = log_verifier(key, key_file, parley.settings.log_origin)
        if verifier is None and (checkpoint or certificate):
            raise CommandRefusedError("there is no key to check the checkpoint with: give --key")
        notes = [(str(each), note_in(each)) for each in checkpoint or ()]
        words = _words_of(notes, witness)
        certified = None
        if certificate is not None and verifier is not None:
            certified = read_certificate(certificate, verifier)
            notes.append((str(certificate), certified.checkpoint))
        with parley.database.reading() as connection:
            notes += _kept(key_file, last_signed_note(connection)) if verifier else []
            found = verify(connection, _opened(notes, verifier), bar)
            tables = [] if found.wrong or log_only else _tables(parley, connection)
            future = None if found.wrong else wrong_times(connection, parley.clock())
        own = None if found.wrong else own_check(parley.database)
        flaw = None if own is None else own.flaw
        flaw = flaw if found.wrong or flaw or log_only else _flaw(parley.database)
        reason = _reason(found, tables, flaw, future)
        asked = certified is not None and reason is None
        differs = explain_difference(parley, certified) if certified is not None and asked else None
    if json:
        shown = _shown(found, _names(notes), verifier)
        same = differs is None if certified is None or certified.reading == READING else None
        gave = {"certificate": {"same": same, "why": differs}} if asked else {}
        late = None if future is None else describe_wrong_times(future)
        checked = (
            None if own is None else {"by": own.by, "ran": own.unable is None, "why": own.unable}
        )
        shown |= {"future": late, "tables": _named(tables, flaw), "own_check": checked}
        say({**shown, **gave})
    elif reason is None:
        _print(found, _names(notes), words, own, log_only=log_only)
        if asked and differs is None:
            echo(_confirmed(str(certificate), certified))
    if (refusal := reason or differs) is not None:
        raise CommandRefusedError(refusal)


def _confirmed(name: str, certified: Certificate | None) -> str:
    """What to say of a certificate where the answer here does not differ from the certified one."""
    if certified is None or certified.reading == READING:
        return f"The question of {name} is given the same answer here"
    return (
        f"{name} was given by reading {certified.reading} of the rules, and today's is {READING}: the log up to its"
        f" position {certified.position} stands; of its answer nothing is said"
    )


def _tables(parley: Parley, connection: Any) -> list[Unfounded]:  # noqa: ANN401 -- sqlalchemy is not the API's
    with progress_bar("deriving", None) as bar:
        return compare_with_log(connection, parley.ledger.codec, parley.clock(), bar)


def _reason(
    found: Verification, tables: list[Unfounded], flaw: str | None, future: WrongTimes | None
) -> str | None:
    if found.wrong is not None:
        return f"position {found.wrong.position}: {found.wrong.what}"
    if future is not None:
        return (
            f"the log is whole; {describe_wrong_times(future)}. Look at another clock first:"
            " if this machine's is wrong, set it right; if the log's times are, run: parley correct-clock"
        )
    for each in tables:
        key = ", ".join(str(_keyed(part)) for part in each.key)
        remedy = "run: parley rebuild" if each.derived else _LOOK
        return f"the log is whole; {each.table} ({key}) {each.what}; {remedy}"
    return None if flaw is None else f"the log is whole; the database is not: {flaw}"


def _keyed(part: Any) -> Any:  # noqa: ANN401 -- a part of any table's key
    """A part of a row's key as people write it: an id with its hyphens."""
    return str(UUID(part)) if isinstance(part, str) and _ID.fullmatch(part) else part


def _flaw(database: Database) -> str | None:
    """What is wrong with the database itself, apart from its content."""
    return find_misshapen(database) or unsound_text(database)


def _words_of(notes: list[Named], witness: str | None) -> dict[str, str]:
    """When a witness co-signed each checkpoint, in words; RefusedError where it has not co-signed one."""
    if witness is None:
        return {}
    if not notes:
        raise CommandRefusedError("--witness needs --checkpoint: name the file of a checkpoint too")
    verifier = witness_verifier(witness)
    found = {}
    for name, note in notes:
        _open(name, note, [verifier])
        at = format_instant(time_of_cosignature(note, verifier) * _SECOND).replace(".000000", "")
        found[name] = f"co-signed by {verifier.key.name} at {at}"
    return found


def _kept(key_file: Path, stored: str | None) -> list[Named]:
    """The checkpoints that the database and the folder of the key keep."""
    beside = LastSigned(key_file)
    found = (("the database", stored), (str(beside.path), beside.read()))
    return [(name, note) for name, note in found if note is not None]


def _names(notes: list[Named]) -> list[str]:
    return sorted({name for name, _ in notes})


def _opened(notes: list[Named], verifier: Ed25519Verifier | None) -> list[Checkpoint]:
    """The checkpoints that the log's key has signed; where there are notes, there is a key."""
    return [_of_its_log(name, note, verifier) for name, note in notes if verifier]


def _of_its_log(name: str, note: str, verifier: Ed25519Verifier) -> Checkpoint:
    found = _open(name, note, [verifier])
    if found.origin != verifier.key.name:
        raise CommandRefusedError(f"the checkpoint of {name} is one of another log, {found.origin}")
    return found


def _open(name: str, note: str, verifiers: list[Verifier]) -> Checkpoint:
    try:
        return Checkpoint.verify_note(note, verifiers)
    except NoteError as error:
        raise CommandRefusedError(f"the checkpoint of {name}: {error}") from error


def _print(
    found: Verification,
    names: list[str],
    words: dict[str, str],
    own: OwnCheck | None,
    *,
    log_only: bool,
) -> None:
    echo(f"{found.events} events are as they were recorded; the root is")
    echo(base64_of(found.root))
    for name in names:
        word = f", {words[name]}" if name in words else ""
        echo(f"They continue the signed checkpoint of {name}{word}")
    if not log_only:
        echo("The tables that answer questions are what the log gives")
    if own is not None:
        did = "found nothing wrong" if own.unable is None else f"did not run: {own.unable}"
        echo(f"The database's own check ({own.by}) {did}")


def _shown(
    found: Verification, checkpoints: list[str], verifier: Ed25519Verifier | None
) -> dict[str, Any]:
    wrong = found.wrong
    return {
        "events": found.events,
        "root": base64_of(found.root),
        "key": None if verifier is None else verifier.key.text,
        "checkpoints": checkpoints,
        "wrong": None if wrong is None else {"position": wrong.position, "what": wrong.what},
    }


def _named(tables: list[Unfounded], flaw: str | None) -> list[dict[str, Any]]:
    found = [
        {"table": each.table, "key": [*map(_keyed, each.key)], "what": each.what} for each in tables
    ]
    return [*found, *([] if flaw is None else [{"table": None, "key": [], "what": flaw}])]


def register(app: typer.Typer) -> None:
    """Offer the command."""
    app.command("verify")(verify_log)
