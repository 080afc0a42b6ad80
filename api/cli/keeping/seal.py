"""Defines the command that seals unencrypted payloads, and wraps every data key with the newest wrapping key."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from api.cli.options import AsJson
from api.cli.progress import progress_bar
from api.cli.session import open_record, say
from api.cli.text import echo


def seal(
    *,
    new_key: Annotated[
        bool,
        typer.Option(
            "--new-key", help="First add a new key to PARLEY_SEAL_KEY_FILE, as the newest."
        ),
    ] = False,
    as_is: Annotated[
        bool,
        typer.Option(
            "--as-is",
            help="First accept the API keys as they are, and delete stored responses that were changed.",
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Encrypt what is stored unencrypted, and wrap every data key with the newest key."""
    with open_record() as parley, progress_bar("sealing", None) as bar:
        report, dropped = parley.seal(bar, new_key=new_key, as_is=as_is)
    if json:
        say({**asdict(report), "dropped": dropped})
        return
    if as_is:
        echo(f"The API keys are stamped as they are; stored responses deleted: {dropped}")
    echo(f"{report.sealed} payloads sealed, {report.wrapped} data keys wrapped again")
    for key_id, count in sorted(report.keys.items()):
        newest = " (the newest)" if key_id == report.newest else ""
        echo(f"The key {key_id}{newest} wraps {count} data keys")
