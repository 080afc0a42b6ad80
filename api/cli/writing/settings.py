"""Defines the commands that change a negotiation's settings and content, on the machine with the database."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from api.cli.ask import ApiResponse, PreconditionError, ask, print_answer, tell
from api.cli.options import AsJson, Slug
from api.cli.session import CommandRefusedError, open_record
from api.cli.tables import show_rows
from api.cli.text import consoles, print_line
from api.cli.writing.erase import agreement
from api.composition import Parley
from domain.access import Visibility
from domain.streams.event import Reason


def settings(
    slug: Slug,
    *,
    visibility: Annotated[
        Visibility | None,
        typer.Option(show_default=False, help="Public, or private to its members."),
    ] = None,
    member: Annotated[
        list[str] | None,
        typer.Option(
            show_default=False,
            help="A member, by the name on their key; repeat it for each member. All other members are removed.",
        ),
    ] = None,
    add_member: Annotated[
        list[str] | None,
        typer.Option(show_default=False, help="A person to add as a member; may be repeated."),
    ] = None,
    remove_member: Annotated[
        list[str] | None,
        typer.Option(show_default=False, help="A member to remove; may be repeated."),
    ] = None,
    review_record: Annotated[
        bool | None,
        typer.Option(
            "--review-record/--no-review-record",
            show_default=False,
            help="Whether corrections and retractions need a second person.",
        ),
    ] = None,
    review_erasure: Annotated[
        bool | None,
        typer.Option(
            "--review-erasure/--no-review-erasure",
            show_default=False,
            help="Whether erasures need a second person.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Show or change who may see a negotiation, and which changes need a second person."""
    path = f"/v1/negotiations/{slug}/settings"
    others = {
        "visibility": visibility,
        "review_record": review_record,
        "review_erasure": review_erasure,
    }

    def change(parley: Parley, seen: ApiResponse) -> ApiResponse:
        """Change the settings that were seen as asked; PreconditionError if they were changed meanwhile."""
        before = seen.content["members"]
        changes = {**others, "members": _members(before, member, add_member, remove_member)}
        if all(value is None for value in changes.values()):
            return seen
        answer = tell(parley, path, changes, headers={"if-match": str(seen.tag)})
        _say_who(parley, before, answer.content["members"])
        return answer

    with open_record() as parley:
        while True:
            with suppress(PreconditionError):
                answer = change(parley, ask(parley, path, {}))
                break
    if json:
        print_answer(answer)
        return
    out, _ = consoles()
    shown = {**answer.content, "members": ", ".join(answer.content["members"]) or "nobody"}
    show_rows(
        out, f"Settings of {shown.pop('negotiation')}", ("setting", "value"), [*shown.items()]
    )


def _members(
    before: list[str], named: list[str] | None, added: list[str] | None, removed: list[str] | None
) -> list[str] | None:
    """The new list of members; None if no option names members."""
    if not (named or added or removed):
        return None
    members = [*(named or before), *(added or ())]
    for person in removed or ():
        if person not in members:
            raise CommandRefusedError(
                f"{person} is not a member: parley settings SLUG lists the members"
            )
    return [person for person in members if person not in (removed or ())]


def _say_who(parley: Parley, before: list[str], after: list[str]) -> None:
    """Print the members who were removed, and the new members without a key."""
    _, errors = consoles()
    gone = [person for person in before if person not in after]
    if gone:
        print_line(errors, f"Removed: {', '.join(gone)}")
    if parley.settings.oidc is not None:
        return
    known = {key.person for key in parley.keys.all()}
    for person in after:
        if person not in before and person not in known:
            warning = f"{person} has no key; a member's name must match the name on the key exactly"
            print_line(errors, warning)


def correct_negotiation(  # noqa: PLR0913 -- one argument an option
    slug: Slug,
    *,
    reason: Annotated[
        Reason,
        typer.Option(
            show_default=False, help="The reason for the correction, one of the listed words."
        ),
    ],
    why: Annotated[
        str, typer.Option(show_default=False, help="The reason for the correction, in a sentence.")
    ],
    title: Annotated[
        str | None, typer.Option(show_default=False, help="The correct title.")
    ] = None,
    party: Annotated[
        list[str] | None,
        typer.Option(show_default=False, help="A party; repeat it for each party."),
    ] = None,
    summary: Annotated[
        str | None, typer.Option(show_default=False, help="The correct summary; empty for none.")
    ] = None,
    published: Annotated[
        str | None, typer.Option(show_default=False, help="When a source published the correction.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the result, and write nothing.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Correct the title, parties or summary of a negotiation."""
    values = {"title": title, "parties": party or None, "summary": summary}
    changes = {name: value or None for name, value in values.items() if value is not None}
    body = {"reason": reason, "why": why, "published": published, "changes": changes}
    with open_record() as parley:
        path, any_edition = f"/v1/negotiations/{slug}/corrections", {"if-match": "*"}
        answer = tell(parley, path, body, headers=any_edition, dry_run=dry_run)
    if json:
        print_answer(answer)
        return
    out, _ = consoles()
    if "op" in answer.content:
        print_line(out, agreement(answer))
        return
    shown = {**answer.content, "parties": ", ".join(answer.content["parties"])}
    named = shown.pop("slug")
    title = f"{named}, as it would be" if dry_run else named
    show_rows(out, title, ("field", "is"), [*shown.items()])
