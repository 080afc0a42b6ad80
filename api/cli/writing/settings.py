"""A negotiation's title, members and reviews are set on the machine that has the database."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from api.cli.ask import ApiResponse, PreconditionError, ask, print_answer, tell
from api.cli.options import AsJson, Slug
from api.cli.session import CommandRefusedError, consoles, open_record
from api.cli.tables import show_rows
from api.cli.text import print_line
from api.cli.writing.erase import agreement
from api.composition import Parley
from domain.access import Visibility
from domain.streams.event import Reason

__all__ = ["register"]


def settings(
    slug: Slug,
    *,
    visibility: Annotated[
        Visibility | None,
        typer.Option(show_default=False, help="For everybody to see, or for its members alone."),
    ] = None,
    member: Annotated[
        list[str] | None,
        typer.Option(
            show_default=False,
            help="Who the members are from now on, all of them, by the names on their keys: anyone who is not named is"
            " none any more. As often as needed.",
        ),
    ] = None,
    add_member: Annotated[
        list[str] | None,
        typer.Option(show_default=False, help="Who becomes a member besides; as often as needed."),
    ] = None,
    remove_member: Annotated[
        list[str] | None,
        typer.Option(show_default=False, help="Who is no member any more; as often as needed."),
    ] = None,
    review_record: Annotated[
        bool | None,
        typer.Option(
            "--review-record/--no-review-record",
            show_default=False,
            help="Whether corrections and retractions take two persons.",
        ),
    ] = None,
    review_erasure: Annotated[
        bool | None,
        typer.Option(
            "--review-erasure/--no-review-erasure",
            show_default=False,
            help="Whether erasures take two persons.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Show who sees a negotiation and what takes two persons, or change that."""
    path = f"/v1/negotiations/{slug}/settings"
    others = {
        "visibility": visibility,
        "review_record": review_record,
        "review_erasure": review_erasure,
    }

    def changed(parley: Parley, seen: ApiResponse) -> ApiResponse:
        """Change the settings that were seen into those asked for; MovedOnError where another writer was faster."""
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
                answer = changed(parley, ask(parley, path, {}))
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
    """The new list of members; None where no option names members."""
    if not (named or added or removed):
        return None
    found = [*(named or before), *(added or ())]
    for person in removed or ():
        if person not in found:
            raise CommandRefusedError(f"{person} is no member")
    return [person for person in found if person not in (removed or ())]


def _say_who(parley: Parley, before: list[str], after: list[str]) -> None:
    """Print the members who were removed, and the new members without a key."""
    _, errors = consoles()
    gone = [person for person in before if person not in after]
    if gone:
        print_line(errors, f"No member any more: {', '.join(gone)}")
    if parley.settings.oidc is not None:
        return
    known = {key.person for key in parley.keys.all()}
    for person in after:
        if person not in before and person not in known:
            warning = f"No key is {person}'s: names are compared to the letter"
            print_line(errors, warning)


def correct_negotiation(  # noqa: PLR0913 -- one argument an option
    slug: Slug,
    *,
    reason: Annotated[
        Reason, typer.Option(show_default=False, help="Why it was wrong, in a word.")
    ],
    why: Annotated[str, typer.Option(show_default=False, help="Why it was wrong.")],
    title: Annotated[str | None, typer.Option(show_default=False, help="The right title.")] = None,
    party: Annotated[
        list[str] | None,
        typer.Option(show_default=False, help="A party; all of them, as often as needed."),
    ] = None,
    summary: Annotated[
        str | None, typer.Option(show_default=False, help="The right summary; empty for none.")
    ] = None,
    published: Annotated[
        str | None, typer.Option(show_default=False, help="When a source made it public.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what it would be, and write nothing.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Correct the title, parties or summary of a negotiation."""
    given = {"title": title, "parties": party or None, "summary": summary}
    changes = {name: value or None for name, value in given.items() if value is not None}
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


def register(app: typer.Typer) -> None:
    """Offer the commands."""
    app.command()(settings)
    app.command()(correct_negotiation)
