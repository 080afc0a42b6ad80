"""Defines the commands that keep the record running: serve, rebuild and db upgrade."""

from __future__ import annotations

import os
import socket
from dataclasses import asdict
from functools import partial
from ipaddress import ip_address
from typing import Annotated, Any, Final

import typer

from api.cli.options import AsJson
from api.cli.progress import progress_bar
from api.cli.serving.listening import address_of, listen, listen_apart
from api.cli.session import CommandRefusedError, open_record, say
from api.cli.tables import show_rows
from api.cli.text import consoles, echo
from api.composition import Parley
from domain.access import SCOPES, Scope
from infrastructure.key_files import database_file
from infrastructure.projections.rebuild import Difference
from infrastructure.setting_values import variable

MOST_WORKERS: Final = 256
"""How many processes may be asked for."""
FIRST_SCOPES: Final[tuple[Scope, ...]] = (
    "fact:read",
    "fact:write",
    "fact:correct",
    "audit:read",
    "admin",
)
"""The scopes of the first key, which is made automatically: all but reading confidential sources and erasing."""
_OF_THE_FIRST: Final = (
    f"Its scopes: {', '.join(FIRST_SCOPES)}; not {', '.join(scope for scope in SCOPES if scope not in FIRST_SCOPES)},"
    " which need a separate key: parley keys create"
)
database = typer.Typer(name="db", no_args_is_help=True, help="Maintain the database.")


def serve(
    *,
    host: Annotated[
        str | None,
        typer.Option(help="Listen at this address. Default: PARLEY_HOST.", show_default=False),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            show_default=False,
            help="Listen on this port; 0 is any free one. Default: PARLEY_PORT.",
        ),
    ] = None,
    upgrade: Annotated[
        bool,
        typer.Option(
            "--upgrade/--no-upgrade",
            help="Upgrade an empty or older database first; without it, refuse to serve one.",
        ),
    ] = True,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_WORKERS,
            show_default=False,
            help="How many processes serve; at most one for each core is useful. Default: PARLEY_WORKERS.",
        ),
    ] = None,
    read_only: Annotated[
        bool,
        typer.Option(
            "--read-only",
            help="Only read the database, as on a standby, and refuse every change. Default: PARLEY_READ_ONLY.",
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Serve the pages and the API until stopped; requests under way are finished first."""
    from api.cli.serving.processes import serve_alone, serve_by_workers  # noqa: PLC0415 -- slow

    with open_record(upgrade=upgrade, signs=True, read_only=read_only, indexes=False) as parley:
        parley.check_seals()
        settings = parley.settings
        number = settings.workers if workers is None else workers
        if number > 1:
            _refuse_memory(settings.database_url)
        listening = listen(
            settings.host if host is None else host, settings.port if port is None else port
        )
        _sign_once(parley)
        if number == 1:
            serve_alone(parley, listening, partial(_announce, parley, listening, json=json))
            return
        _announce(parley, listening, json=json)
    if read_only:
        os.environ[variable("read_only")] = "true"  # the workers read the settings again
    serve_by_workers(listen_apart(listening, number))


def _announce(parley: Parley, listening: socket.socket, *, json: bool) -> None:
    """Say where the server listens, and its first key if it has just been made."""
    address = address_of(listening)
    key = _first_key(parley, listening)
    if json:
        say({"listening": address, **({} if key is None else {"key": key})})
        return
    echo(f"Parley listens at {address}")
    if key is not None:
        echo(f"Your key, shown only this once: {key}")
        echo(_OF_THE_FIRST)


def _refuse_memory(database_url: str) -> None:
    """Raise CommandRefusedError for a database that no other process can open."""
    if database_url.startswith("sqlite") and database_file(database_url) is None:
        raise CommandRefusedError(
            "a database in memory can have one worker only: name a file in PARLEY_DATABASE_URL, or set PARLEY_WORKERS=1"
        )


def _first_key(parley: Parley, listening: socket.socket) -> str | None:
    """Make a key if there is no valid one yet; CommandRefusedError if the server listens beyond this machine.

    Such a server needs a key that a person has made on purpose. One that only reads makes none.
    """
    if parley.keys.any_open() or parley.settings.oidc is not None:
        return None
    host = listening.getsockname()[0]
    if not ip_address(host).is_loopback:
        raise CommandRefusedError(
            f"{host} can be reached from other machines, but there is no key yet: run parley keys create first"
        )
    if parley.settings.read_only:
        return None
    return parley.keys.create_first(parley.settings.actor, FIRST_SCOPES)


def _sign_once(parley: Parley) -> None:
    """Sign the log once before serving, and warn if it does not continue what was signed before."""
    publisher = parley.publisher
    if publisher is not None:
        publisher.keep_publishing()
        if publisher.refusal is not None:
            echo(f"parley: the log is not signed: {publisher.refusal}", err=True)


def rebuild(*, json: AsJson = False) -> None:
    """Derive the tables from the log again, compare them with those in use, and switch."""
    with open_record() as parley, progress_bar("rebuilding", None) as bar:
        report = parley.rebuild(bar)
    differing = [_as_json(difference) for difference in report.differences]
    if json:
        say({"position": report.position, "versions": report.versions, "differences": differing})
    else:
        echo(f"{report.versions} versions rebuilt, up to position {report.position}")
        _show_differences(differing)
    if differing:
        raise CommandRefusedError(
            f"{len(differing)} rows differed from the log; they were replaced"
        )


def _show_differences(differing: list[dict[str, Any]]) -> None:
    out, _ = consoles()
    rows = []
    for difference in differing:
        served, derived = difference["served"] or {}, difference["derived"] or {}
        names = [name for name in {**served, **derived} if served.get(name) != derived.get(name)]
        rows += [
            (difference["table"], difference["key"], name, served.get(name), derived.get(name))
            for name in names
        ]
    columns = ("table", "key", "column", "served", "derived")
    show_rows(out, f"Differences: {len(differing)} rows", columns, rows)


def _as_json(difference: Difference) -> dict[str, Any]:
    """A difference as JSON, with bytes as text."""
    shown: dict[str, Any] = _plain(asdict(difference))
    return shown


def _plain(value: Any) -> Any:  # noqa: ANN401 -- rows of any table
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode(errors="replace")
    return value


@database.callback()
def database_commands() -> None:
    """Maintain the database."""


@database.command("upgrade")
def upgrade_database(*, json: AsJson = False) -> None:
    """Upgrade an empty or older database to the newest schema."""
    with open_record(upgrade=True) as parley:
        ready = parley.ready()
    if json:
        say(ready)
    else:
        echo(f"The database is at the schema's head; the log is at position {ready['log']}.")
