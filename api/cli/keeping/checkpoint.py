"""Defines the command that signs the log, and lets another key sign it from now on."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.options import AsJson
from api.cli.session import CommandRefusedError, open_record, say
from api.cli.text import print_text
from domain.proof.note import NoteError
from infrastructure.database.timekeeping import ClockInDoubtError
from infrastructure.proofs.publishing import InconsistentLogError, last_signed_note
from infrastructure.proofs.tree import BrokenTreeError


def checkpoint(
    *,
    new_key: Annotated[
        bool,
        typer.Option(
            "--new-key",
            help="From now on, sign with the key in PARLEY_LOG_KEY_FILE and the name in PARLEY_LOG_ORIGIN, although"
            " another key has signed it before. Tell everyone who checks checkpoints.",
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Sign the log as it is now, and show the signed checkpoint."""
    with open_record(signs=True) as parley:
        publisher = parley.publisher
        if publisher is None:
            raise AssertionError
        try:
            publisher.publish(new_key=new_key)
        except (InconsistentLogError, ClockInDoubtError, BrokenTreeError, NoteError) as error:
            raise CommandRefusedError(str(error)) from error
        with parley.database.reading() as connection:
            note = last_signed_note(connection)
    if json:
        say({"checkpoint": note, "key": publisher.signer.key.text})
    else:
        print_text(note or "")
