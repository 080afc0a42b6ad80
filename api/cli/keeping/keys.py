"""Defines the commands that make, list and revoke API keys, on the machine with the database; a key is shown once."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from api.cli.ask import name_by_options
from api.cli.options import AsJson
from api.cli.session import open_record, say
from api.cli.tables import show_rows
from api.cli.text import consoles, echo, print_line
from domain.access import SCOPES, Scope
from domain.time.instant import format_instant
from infrastructure.identity.keys import ApiKey, check_person

DAY: Final = 86_400_000_000
keys = typer.Typer(
    name="keys", no_args_is_help=True, help="Make, list and revoke the keys of people and programs."
)


@keys.callback()
def key_commands() -> None:
    """Make, list and revoke the keys of people and programs."""


@keys.command("create")
def create(
    person: Annotated[
        str,
        typer.Argument(
            metavar="PERSON",
            show_default=False,
            help="The person or program that the key is for; its changes are recorded under this name.",
        ),
    ],
    *,
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope",
            show_default=False,
            help=f"What the key allows; may be repeated: {', '.join(SCOPES)}.",
        ),
    ],
    days: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=36_500,
            show_default=False,
            help="The number of days after which the key expires.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Make a key and show it once; only its hash is stored.

    The README says what each scope allows, under "Who may do what".
    """
    scopes = [_scope(word) for text in scope for word in text.replace(",", " ").split()]
    with name_by_options():
        check_person(person)
    with open_record(upgrade=True) as parley:
        expires_at = None if days is None else parley.clock() + days * DAY
        with name_by_options():
            text, key = parley.keys.create(person, scopes, expires_at)
    if json:
        say({"key": text, **_as_json(key)})
    else:
        echo(text)


def _scope(word: str) -> Scope:
    for scope in SCOPES:
        if word == scope:
            return scope
    raise typer.BadParameter(
        f"{word!r} is not a scope: write one of {', '.join(SCOPES)}", param_hint="--scope"
    )


@keys.command("list")
def list_keys(*, json: AsJson = False) -> None:
    """List every key, oldest first, also those that were revoked or have expired."""
    with open_record() as parley:
        items = [_as_json(key) for key in parley.keys.all()]
    if json:
        say({"items": items})
        return
    out, _ = consoles()
    if not items:
        print_line(out, "There are no keys.")
    columns = ("id", "person", "scopes", "created_at", "expires_at", "revoked_at")
    rows = [
        tuple(" ".join(v) if isinstance(v, list) else v for v in item.values()) for item in items
    ]
    show_rows(out, f"Keys: {len(items)}", columns, rows)


@keys.command("revoke")
def revoke(
    key_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", show_default=False, help="The key's id, as `keys list` shows it."
        ),
    ],
    *,
    json: AsJson = False,
) -> None:
    """Revoke a key: it is refused from now on."""
    with open_record() as parley:
        key = parley.keys.revoke(key_id)
    if json:
        say(_as_json(key))
    else:
        echo(f"The key {key.id} of {key.person} is revoked.")


def _as_json(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "person": key.person,
        "scopes": list(key.scopes),
        "created_at": format_instant(key.created_at),
        "expires_at": None if key.expires_at is None else format_instant(key.expires_at),
        "revoked_at": None if key.revoked_at is None else format_instant(key.revoked_at),
    }
