"""The commands that read: each asks the API one question, and prints its answer as JSON or in tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from api.cli_options import (
    AsJson,
    AsKnownAt,
    AsOf,
    AtPosition,
    ByClock,
    ByMatch,
    Slug,
    cut,
    perspective,
)
from api.cli_question import Answer, ask
from api.cli_record import RefusedError, consoles, opened
from api.cli_tables import show_fact, show_heading, show_rows, show_section, sources
from api.composition import Parley
from domain.fact import fact_id
from domain.negotiation import negotiation_id

__all__ = ["register"]

_EVENTS: Final = ("position", "recorded at", "event", "reason", "why", "fact", "changes", "actor")


def show(  # noqa: PLR0913 -- one argument an option
    slug: Slug,
    *,
    fact: Annotated[
        str | None,
        typer.Option(help="Show one fact, by its id or its external id.", show_default=False),
    ] = None,
    section: Annotated[
        str | None,
        typer.Option(help="Show one section, such as posts or prisoners.", show_default=False),
    ] = None,
    as_of: AsOf = None,
    as_known_at: AsKnownAt = None,
    position: AtPosition = None,
    clock: ByClock = "recorded",
    match: ByMatch = "possible",
    json: AsJson = False,
) -> None:
    """What was so: the state of a negotiation, or one of its facts, at a perspective."""
    asked = perspective(as_of, as_known_at, position, clock, match)
    with opened() as parley:
        if fact is None:
            _show_state(ask(parley, f"/v1/negotiations/{slug}", asked), section, json=json)
        else:
            _show_one(_fact(parley, slug, fact, asked), json=json)


def _show_state(answer: Answer, section: str | None, *, json: bool) -> None:
    state = answer.content
    sections = [name for name in state if name not in {"negotiation", "perspective"}]
    if section is not None and section not in sections:
        raise typer.BadParameter(f"one of {', '.join(sections)}", param_hint="--section")
    if json:
        _print(answer if section is None else Answer.of(_only(state, section)))
        return
    out, _ = consoles()
    show_heading(out, state["negotiation"]["title"], state["perspective"])
    for name in sections if section is None else (section,):
        show_section(out, name, state[name])


def _only(state: Mapping[str, Any], section: str) -> dict[str, Any]:
    return {name: state[name] for name in ("negotiation", "perspective", section)}


def _fact(parley: Parley, slug: str, named: str, asked: Mapping[str, object]) -> Answer:
    try:
        id_ = UUID(named)
    except ValueError:
        id_ = fact_id(negotiation_id(slug), named)
    answer = ask(parley, f"/v1/facts/{id_}", asked)
    if answer.content["negotiation"] != slug:
        raise RefusedError(f"the fact {named} belongs to {answer.content['negotiation']}")
    return answer


def _show_one(answer: Answer, *, json: bool) -> None:
    if json:
        _print(answer)
        return
    out, _ = consoles()
    record = answer.content
    show_heading(out, record["negotiation"], record["perspective"])
    show_fact(out, record)


def timeline(  # noqa: PLR0913 -- one argument an option
    slug: Slug,
    *,
    kind: Annotated[str | None, typer.Option(help="Facts of this kind.")] = None,
    person: Annotated[str | None, typer.Option(help="Facts that name this person.")] = None,
    place: Annotated[str | None, typer.Option(help="Facts that name this place.")] = None,
    matter: Annotated[str | None, typer.Option(help="Facts that speak to this matter.")] = None,
    q: Annotated[
        str | None, typer.Option("--q", help="Facts that hold all of these words.")
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", parser=cut, metavar="WHEN", help="Facts that went on at this or later."
        ),
    ] = None,
    to: Annotated[
        str | None, typer.Option(parser=cut, metavar="WHEN", help="Facts that had begun by then.")
    ] = None,
    include: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT",
            help="retracted: retracted facts too. ahead: with --as-of, what is to come.",
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=1000, help="How many a page has at most.")
    ] = 1000,
    cursor: Annotated[
        str | None, typer.Option(metavar="NEXT", help="`next` of the page before.")
    ] = None,
    as_of: AsOf = None,
    as_known_at: AsKnownAt = None,
    position: AtPosition = None,
    clock: ByClock = "recorded",
    match: ByMatch = "possible",
    json: AsJson = False,
) -> None:
    """The facts by valid time: with --as-of all that had begun by then, else past and future."""
    filters = {
        "kind": kind, "person": person, "place": place, "matter": matter, "q": q,
        "from": from_, "to": to, "include": include,
    }  # fmt: skip
    asked = {**filters, **perspective(as_of, as_known_at, position, clock, match)}
    with opened() as parley:
        page = {**({} if cursor else asked), "limit": limit, "cursor": cursor}
        answer = ask(parley, f"/v1/negotiations/{slug}/timeline", page)
        if json:
            _print(answer)
            return
    _show_timeline(slug, answer.content)


def _show_timeline(slug: str, content: Mapping[str, Any]) -> None:
    out, errors = consoles()
    show_heading(out, f"Timeline of {slug}", content["perspective"])
    columns = ("when", "kind", "what", "status", "certainty", "external id", "sources")
    rows = [
        (
            item["fact"]["valid"],
            item["fact"]["kind"],
            item["fact"]["summary"],
            item["status"],
            item["certainty"],
            item["fact"]["external_id"],
            sources(item["fact"]),
        )
        for item in content["items"]
    ]
    show_rows(out, f"{len(rows)} facts", columns, rows)
    if content["next"] is not None:
        errors.print(f"There is more: --cursor {content['next']}", soft_wrap=True)


def diff(
    slug: Slug,
    *,
    from_: Annotated[
        str,
        typer.Option("--from", parser=cut, metavar="WHEN", help="The earlier knowledge cut."),
    ],
    to: Annotated[
        str | None,
        typer.Option(
            parser=cut, metavar="WHEN", help="The later knowledge cut. Left out: everything known."
        ),
    ] = None,
    as_of: AsOf = None,
    position: AtPosition = None,
    clock: ByClock = "recorded",
    match: ByMatch = "possible",
    json: AsJson = False,
) -> None:
    """What changed between two states of knowledge: added, corrected, ended, retracted."""
    asked = perspective(as_of, None, position, clock, match)
    with opened() as parley:
        parameters = {**asked, "from": from_, "to": to}
        answer = ask(parley, f"/v1/negotiations/{slug}/diff", parameters)
    if json:
        _print(answer)
        return
    out, _ = consoles()
    content = answer.content
    known = (content[end]["as_known_at"] or "now" for end in ("from", "to"))
    show_heading(
        out, f"{slug}: from what was known at {' to '.join(known)}", content["perspective"]
    )
    for section in ("added", "corrected", "ended", "retracted", "reinstated"):
        rows = [
            (each["fact"]["valid"], each["fact"]["summary"], each.get("reason"),
             each.get("why"), _changed(each.get("changes", ())), sources(each["fact"]))
            for each in content[section]
        ]  # fmt: skip
        columns = ("when", "what", "reason", "why", "changes", "sources")
        show_rows(out, f"{section.capitalize()}: {len(rows)}", columns, rows)


def audit(
    slug: Slug,
    *,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, as the API answers it.")] = False,
    as_of: AsOf = None,
    as_known_at: AsKnownAt = None,
    position: AtPosition = None,
    clock: ByClock = "recorded",
    match: ByMatch = "possible",
    json: AsJson = False,
) -> None:
    """Every change of mind, newest last: who changed what, when, and why."""
    if csv and json:
        raise typer.BadParameter("--json and --csv exclude each other", param_hint="--csv")
    asked = perspective(as_of, as_known_at, position, clock, match)
    accept = "text/csv" if csv else "application/json"
    with opened() as parley:
        answer = ask(parley, f"/v1/negotiations/{slug}/audit", asked, accept=accept)
    if csv or json:
        _print(answer)
        return
    out, _ = consoles()
    content = answer.content
    show_heading(out, f"Changes of mind about {slug}", content["perspective"])
    rows = [
        (each["position"], each["recorded_at"], each["event"], each["reason"], each["why"],
         each["fact"]["summary"], _changed(each["changes"]), each["actor"])
        for each in content["items"]
    ]  # fmt: skip
    show_rows(out, f"{len(rows)} changes", _EVENTS, rows)


def _changed(changes: Any) -> list[str]:  # noqa: ANN401 -- a list of the API's
    return [each["field"] for each in changes]


def _print(answer: Answer) -> None:
    typer.echo(answer.body, nl=not answer.body.endswith(b"\n"))


def register(app: typer.Typer) -> None:
    """Offer the commands."""
    for command in (show, timeline, diff, audit):
        app.command()(command)
