"""Defines the commands that copy the record to a file and restore it; an incomplete copy never remains as a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli.interrupts import end_with
from api.cli.options import AsJson
from api.cli.progress import progress_bar
from api.cli.session import CommandRefusedError, open_record, say, settings
from api.cli.text import echo
from infrastructure.backup.backup import verify_backup
from infrastructure.backup.file import FORMAT, BackupError, Manifest
from infrastructure.configured import keys_by

_OLDER_FORMAT: Final = (
    "This backup has an older format: the stored responses in it are not restored, and parley verify reports that their"
    " stamp is missing until you run parley seal --as-is"
)
_INTERRUPTED: Final = (
    "interrupted: the whole record is restored or nothing of it; parley list shows which"
)


def backup(
    target: Annotated[
        Path,
        typer.Argument(
            metavar="TARGET", show_default=False, help="The file to create; it must not exist yet."
        ),
    ],
    *,
    json: AsJson = False,
) -> None:
    """Copy the record to one file, while others read and write."""
    with open_record(lane="unhurried") as parley, progress_bar("backing up", None) as bar:
        try:
            manifest = parley.back_up(target, bar)
        except BackupError as error:
            raise CommandRefusedError(str(error)) from error
    _report(manifest, f"{target} holds the record", json=json)


def restore(
    source: Annotated[
        Path,
        typer.Argument(metavar="SOURCE", show_default=False, help="A file that `backup` made."),
    ],
    *,
    json: AsJson = False,
) -> None:
    """Restore a backup into an empty database, SQLite or PostgreSQL, as a whole or not at all."""
    try:
        verify_backup(source, keys_by(settings()))
        end_with(_INTERRUPTED)
        with (
            open_record(upgrade=True, lane="unhurried") as parley,
            progress_bar("restoring", None) as bar,
        ):
            manifest = parley.restore(source, bar)
    except BackupError as error:
        raise CommandRefusedError(str(error)) from error
    _report(manifest, f"The record of {source} is restored", json=json)
    if not json:
        if manifest.format < FORMAT:
            echo(_OLDER_FORMAT)
        echo("Backups have no API keys: make new ones with parley keys create")


def _report(manifest: Manifest, done: str, *, json: bool) -> None:
    if json:
        say(
            {
                "format": manifest.format,
                "position": manifest.position,
                "answers": manifest.answers,
                "sha256": manifest.sha256,
            }
        )
    else:
        echo(f"{done}, up to position {manifest.position}; sha256 {manifest.sha256}")
