"""What waits for a second person is listed, approved, refused and withdrawn where the database is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from api.cli_erase import show_erasure
from api.cli_options import AsJson, Slug
from api.cli_question import Answer, ask, print_answer, tell
from api.cli_record import consoles, opened
from api.cli_tables import show_rows
from api.composition import Parley
from domain.proposal import Status

__all__ = ["register"]

_COLUMNS: Final = (
    "proposal",
    "status",
    "op",
    "fact",
    "why",
    "changes",
    "proposer",
    "expires at",
    "decided by",
)

Id = Annotated[
    str, typer.Argument(metavar="ID", show_default=False, help="The proposal, by its id.")
]
Why = Annotated[str | None, typer.Option(show_default=False, help="Why, in words.")]


def proposals(
    slug: Slug,
    *,
    status: Annotated[
        Status | None, typer.Option(show_default=False, help="Only those of which this has become.")
    ] = None,
    fact: Annotated[
        str | None,
        typer.Option(metavar="ID", show_default=False, help="Only those about a fact, by its id."),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=1000, help="How many a page has at most.")
    ] = 1000,
    cursor: Annotated[
        int | None,
        typer.Option(metavar="NEXT", show_default=False, help="`next` of the page before."),
    ] = None,
    json: AsJson = False,
) -> None:
    """The changes that wait for a second person, or did, newest last."""
    asked = {"status": status, "fact": fact, "limit": limit, "cursor": cursor}
    with opened() as parley:
        answer = ask(parley, f"/v1/negotiations/{slug}/proposals", asked)
    if json:
        print_answer(answer)
        return
    out, _ = consoles()
    items = answer.content["items"]
    show_rows(out, f"Proposals: {len(items)}", _COLUMNS, [_row(each) for each in items])
    if not items:
        out.print("There are none.")
    if answer.content["next"] is not None:
        out.print(f"More: --cursor {answer.content['next']}")


def approve(
    id_: Id,
    *,
    why: Why = None,
    digest: Annotated[
        str | None,
        typer.Option(
            show_default=False,
            help="What was seen of it, as --json shows it. Left out: what stands now.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Let what another person proposed be done."""
    with opened() as parley:
        seen = digest or ask(parley, f"/v1/proposals/{id_}", {}).content["digest"]
        _tell(parley, id_, "approval", why, json=json, headers={"if-match": f'"{seen}"'})


def refuse(
    id_: Id,
    *,
    why: Annotated[str, typer.Option(show_default=False, help="Why, in words.")],
    json: AsJson = False,
) -> None:
    """Let what another person proposed not be done."""
    with opened() as parley:
        _tell(parley, id_, "refusal", why, json=json)


def withdraw(id_: Id, *, why: Why = None, json: AsJson = False) -> None:
    """Let what one proposed oneself not be done."""
    with opened() as parley:
        _tell(parley, id_, "withdrawal", why, json=json)


def _tell(
    parley: Parley,
    id_: str,
    what: str,
    why: str | None,
    *,
    json: bool,
    headers: Mapping[str, str] | None = None,
) -> None:
    answer = tell(parley, f"/v1/proposals/{id_}/{what}", {"why": why}, headers=headers)
    if json:
        print_answer(answer)
        return
    _show(answer)


def _show(answer: Answer) -> None:
    if "op" not in answer.content:
        show_erasure(answer)
        return
    out, _ = consoles()
    shown = dict(zip(_COLUMNS, _row(answer.content), strict=True))
    shown["changes"] = [
        f"{each['field']}: {each['before']} → {each['after']}" for each in answer.content["changes"]
    ]
    id_, status = shown.pop("proposal"), shown.pop("status")
    show_rows(out, f"Proposal {id_}: {status}", ("field", "value"), [*shown.items()])


def _row(item: Mapping[str, Any]) -> tuple[object, ...]:
    decided = item["decided"] or {}
    fields = [each["field"] for each in item["changes"]]
    return (
        item["id"],
        item["status"],
        item["op"],
        item["fact"],
        item["body"].get("why") or item["body"].get("reason"),
        fields,
        item["proposer"],
        item["expires_at"],
        decided.get("by"),
    )


def register(app: typer.Typer) -> None:
    """Offer the commands."""
    for command in (proposals, approve, refuse, withdraw):
        app.command()(command)
