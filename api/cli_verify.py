"""`parley verify` needs no server and trusts nothing that is stored: it hashes the log again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli_options import AsJson
from api.cli_progress import progress_bar
from api.cli_record import RefusedError, opened, say
from api.composition import Parley
from domain.proof.checkpoint import Checkpoint
from domain.proof.note import NoteError, VerifierKey, base64_of
from infrastructure.proofs.ed25519 import Ed25519Verifier
from infrastructure.proofs.log_key import LastSigned, read_signer
from infrastructure.proofs.publishing import last_signed
from infrastructure.proofs.verification import Verification, verify
from infrastructure.settings import Settings

__all__ = ["register"]


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
    key: Annotated[
        str | None,
        typer.Option(
            metavar="NAME+ID+KEY",
            show_default=False,
            help="The key that must have signed the checkpoints. Left out: that of PARLEY_LOG_KEY_FILE.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Check every event of the log against its hash, the tree and the signed checkpoints."""
    with opened() as parley, progress_bar("verifying", None) as bar:
        verifier = _verifier(key, parley.settings)
        notes = {str(each): _text(each) for each in checkpoint or ()}
        if notes and verifier is None:
            raise RefusedError("there is no key to check the checkpoint by: give --key")
        with parley.database.reading() as connection:
            notes |= _kept(parley, last_signed(connection)) if verifier else {}
            found = verify(connection, _opened(notes, verifier), bar)
    if json:
        say(_shown(found, sorted(notes), verifier))
    elif found.wrong is None:
        typer.echo(f"{found.events} events are as they were recorded; the root is")
        typer.echo(base64_of(found.root))
        for name in sorted(notes):
            typer.echo(f"They continue the signed checkpoint of {name}")
    if found.wrong is not None:
        raise RefusedError(f"position {found.wrong.position}: {found.wrong.what}")


def _verifier(key: str | None, settings: Settings) -> Ed25519Verifier | None:
    """What the option says, or the key file has; None where neither is there."""
    try:
        if key is not None:
            return Ed25519Verifier(VerifierKey.read(key))
        return Ed25519Verifier(read_signer(Path(settings.log_key_file), settings.log_origin).key)
    except NoteError as error:
        raise RefusedError(f"--key: {error}") from error
    except FileNotFoundError:
        return None


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise RefusedError(f"{path}: not UTF-8") from error


def _kept(parley: Parley, stored: str | None) -> dict[str, str]:
    """The checkpoints that the database and the folder of the key keep."""
    beside = LastSigned(Path(parley.settings.log_key_file))
    found = {"the database": stored, str(beside.path): beside.read()}
    return {name: note for name, note in found.items() if note is not None}


def _opened(notes: dict[str, str], verifier: Ed25519Verifier | None) -> list[Checkpoint]:
    found = []
    for name, note in notes.items():
        try:
            found.append(Checkpoint.opened(note, [verifier] if verifier else []))
        except NoteError as error:
            raise RefusedError(f"the checkpoint of {name}: {error}") from error
    return found


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


def register(app: typer.Typer) -> None:
    """Offer the command."""
    app.command("verify")(verify_log)
