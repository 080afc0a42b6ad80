"""Defines the commands that list, approve, refuse and withdraw change requests, on the machine with the database."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from json import dumps
from typing import Annotated, Any, Final

import typer

from api.cli.ask import ApiResponse, ask, print_answer, tell
from api.cli.options import AsJson, Slug
from api.cli.session import open_record
from api.cli.tables import format_value, show_rows
from api.cli.text import confirm, consoles, print_line
from api.cli.writing.erase import show_erasure
from api.commands.json_text import write_json
from api.composition import Parley
from domain.streams.change_request import ChangeRequestStatus

_COLUMNS: Final = (
    "change request",
    "status",
    "op",
    "fact",
    "summary",
    "why",
    "changes",
    "proposer",
    "expires at",
    "decided by",
)
_GROUNDS: Final = ("reason", "why", "citation", "published", "approvers")

Id = Annotated[
    str, typer.Argument(metavar="ID", show_default=False, help="The id of the change request.")
]
Why = Annotated[str | None, typer.Option(show_default=False, help="Why, in words.")]


def change_requests(
    slug: Slug,
    *,
    status: Annotated[
        ChangeRequestStatus | None,
        typer.Option(show_default=False, help="Only change requests with this status."),
    ] = None,
    fact: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            show_default=False,
            help="Only change requests about the fact with this id.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most items on a page.")] = 1000,
    cursor: Annotated[
        int | None,
        typer.Option(
            metavar="NEXT",
            show_default=False,
            help="The `next` of the page before, to go on after it.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """List the changes that wait, or have waited, for a second person, newest last."""
    asked = {"status": status, "fact": fact, "limit": limit, "cursor": cursor}
    with open_record() as parley:
        answer = ask(parley, f"/v1/negotiations/{slug}/change-requests", asked)
    if json:
        print_answer(answer)
        return
    out, _ = consoles()
    items = answer.content["items"]
    show_rows(out, f"Change requests: {len(items)}", _COLUMNS, [_row(item) for item in items])
    if not items:
        print_line(out, "There are no change requests.")
    if answer.content["next"] is not None:
        print_line(out, f"More: --cursor {answer.content['next']}")


def approve(
    id_: Id,
    *,
    why: Why = None,
    digest: Annotated[
        str | None,
        typer.Option(
            show_default=False,
            help="The `digest` that --json shows: approve only this content, and do not ask.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Approve the present content, and do not ask.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show a change that another person proposed, and approve it; then it is made.

    The approver is PARLEY_ACTOR, who must not be the proposer.
    """
    with open_record() as parley:
        if digest is None:
            item = ask(parley, f"/v1/change-requests/{id_}", {}).content
            _confirm(item, yes=yes)
            digest = item["digest"]
        _send(parley, id_, "approval", why, json=json, headers={"if-match": f'"{digest}"'})


def _confirm(item: Mapping[str, Any], *, yes: bool) -> None:
    """Show the whole change request, and ask."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "one of them is needed, because there is no terminal to ask",
            param_hint="--digest or --yes",
        )
    _, errors = consoles()
    for line in _describe(item):
        print_line(errors, line)
    confirm("Approve it?")


def _describe(item: Mapping[str, Any]) -> Iterator[str]:
    """A change request line by line, in full."""
    body = item["body"]
    if item["fact"] is None:
        yield f"{_in_one_line(item['proposer'])} proposes to correct the negotiation {item['negotiation']}:"
        yield f"  {_in_one_line(item['summary'])}"
    else:
        yield f"{_in_one_line(item['proposer'])} proposes to {item['op']} the fact {item['fact']}:"
        yield f"  {_in_one_line(item['summary'])} ({item['valid']})"
    if item["op"] == "erase":
        gone = "who its sources are" if body.get("what") == "sources" else "all of it, for good"
        yield f"  would erase: {gone}"
    for change in item["changes"]:
        yield f"  {change['field']}: {_in_one_line(change['before'])} → {_in_one_line(change['after'])}"
    yield from (f"  {name}: {_in_one_line(body[name])}" for name in _GROUNDS if body.get(name))


def _in_one_line(value: object) -> str:
    """A value of a fact in full, in one line; characters that could imitate or hide a line are escaped."""
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else write_json(value).decode()
    return text if text.isprintable() else dumps(value)


def refuse(
    id_: Id,
    *,
    why: Annotated[str, typer.Option(show_default=False, help="Why, in words.")],
    json: AsJson = False,
) -> None:
    """Refuse a change that another person proposed; it is not made."""
    with open_record() as parley:
        _send(parley, id_, "refusal", why, json=json)


def withdraw(id_: Id, *, why: Why = None, json: AsJson = False) -> None:
    """Withdraw a change that you proposed yourself; it is not made."""
    with open_record() as parley:
        _send(parley, id_, "withdrawal", why, json=json)


def _send(
    parley: Parley,
    id_: str,
    what: str,
    why: str | None,
    *,
    json: bool,
    headers: Mapping[str, str] | None = None,
) -> None:
    answer = tell(parley, f"/v1/change-requests/{id_}/{what}", {"why": why}, headers=headers)
    if json:
        print_answer(answer)
        return
    _show(answer)


def _show(answer: ApiResponse) -> None:
    if "op" not in answer.content:
        show_erasure(answer)
        return
    out, _ = consoles()
    shown = dict(zip(_COLUMNS, _row(answer.content), strict=True))
    id_, status = shown.pop("change request"), shown.pop("status")
    show_rows(out, f"Change request {id_}: {status}", ("field", "value"), [*shown.items()])


def _row(item: Mapping[str, Any]) -> tuple[object, ...]:
    decided = item["decided"] or {}
    changes = [
        f"{change['field']}: {format_value(change['before']) or 'nothing'}"
        f" → {format_value(change['after']) or 'nothing'}"
        for change in item["changes"]
    ]
    return (
        item["id"],
        item["status"],
        item["op"],
        item["fact"],
        item["summary"],
        item["body"].get("why") or item["body"].get("reason"),
        changes,
        item["proposer"],
        item["expires_at"],
        decided.get("by"),
    )
