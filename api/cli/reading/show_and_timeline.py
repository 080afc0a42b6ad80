"""Each command that reads sends the API one request and prints the response, as JSON or tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from api.cli.answer_printer import AnswerPrinter
from api.cli.ask import ApiResponse, ask, ask_whole, complete_lists, print_answer
from api.cli.completing import complete_fact, complete_kind
from api.cli.options import (
    AsJson,
    Slug,
    SlugOrNone,
    parse_cut_option,
    resolve_fact,
    take_perspective,
)
from api.cli.reading.listing import show_negotiations
from api.cli.session import CommandRefusedError, open_record
from api.cli.tables import (
    kind_and_stage,
    says_anything,
    show_erased,
    show_fact,
    show_heading,
    show_rows,
    show_section,
    sources,
)
from api.cli.text import consoles, print_line
from api.composition import Parley
from domain.streams.event import SourcesErased
from domain.views.sections import MORE

_NO_SECTIONS: Final = frozenset({"negotiation", "perspective", "erased"})


@take_perspective()
def show(
    slug: SlugOrNone = None,
    *,
    fact: Annotated[
        str | None,
        typer.Option(
            help="Show one fact, by its id or its external id.",
            show_default=False,
            autocompletion=complete_fact,
        ),
    ] = None,
    section: Annotated[
        str | None,
        typer.Option(
            help="Show all of one section, such as posts or prisoners.", show_default=False
        ),
    ] = None,
    confidential: Annotated[
        bool,
        typer.Option(
            "--confidential", help="With --fact: also show the confidential details of its sources."
        ),
    ] = False,
    asked: dict[str, object],
    json: AsJson = False,
) -> None:
    """Show the state of a negotiation, or one of its facts, as of any day; without a slug, list all negotiations."""
    if slug is None:
        if fact is not None or section is not None:
            option = "--section" if fact is None else "--fact"
            raise typer.BadParameter("write the slug of the negotiation, too", param_hint=option)
        show_negotiations(asked, AnswerPrinter(json=json))
        return
    with open_record() as parley:
        if fact is None:
            answer = ask(parley, f"/v1/negotiations/{slug}", asked)
            _show_state(parley, answer, section, json=json)
        else:
            answer = _fact(parley, slug, fact, asked, discloses=confidential)
            _show_one(answer, json=json)
            if confidential and not json:
                _say_whose_are_gone(parley, answer.content["id"])


def _show_state(parley: Parley, answer: ApiResponse, section: str | None, *, json: bool) -> None:
    state = answer.content
    sections = [name for name in state if name not in _NO_SECTIONS and not name.endswith(MORE)]
    if section is not None and section not in sections:
        raise typer.BadParameter(f"write one of {', '.join(sections)}", param_hint="--section")
    if section is not None:
        kept = {*_NO_SECTIONS, section}
        part = {name: inside for name, inside in state.items() if name.removesuffix(MORE) in kept}
        state = complete_lists(parley, part)
        sections = [section]
    if json:
        print_answer(answer if section is None else ApiResponse.of(state))
        return
    out, _ = consoles()
    show_heading(out, state["negotiation"]["title"], state["perspective"])
    show_erased(out, state)
    for name in sections:
        show_section(out, name, state[name], state.get(name + MORE))
    if section is not None and not says_anything(state[section]):
        print_line(out, "Nothing about this is on record as of the dates asked for.")


def _fact(
    parley: Parley, slug: str, named: str, asked: Mapping[str, object], *, discloses: bool
) -> ApiResponse:
    id_ = resolve_fact(slug, named)
    try:
        answer = ask(parley, f"/v1/facts/{id_}", asked, discloses=discloses)
    except CommandRefusedError as error:
        raise CommandRefusedError(str(error).replace(str(id_), named)) from error
    if answer.content["negotiation"] != slug:
        other = answer.content["negotiation"]
        raise CommandRefusedError(f"the fact {named} belongs to {other}: write that slug")
    return answer


def _show_one(answer: ApiResponse, *, json: bool) -> None:
    if json:
        print_answer(answer)
        return
    out, _ = consoles()
    record = answer.content
    show_heading(out, record["negotiation"], record["perspective"])
    show_fact(out, record)


def _say_whose_are_gone(parley: Parley, id_: str) -> None:
    """Say that the confidential parts of the sources were erased, and why."""
    out, _ = consoles()
    history = ask_whole(parley, f"/v1/facts/{id_}/history", {}, ("items",))
    for version in history.content["items"]:
        if version["event"] == SourcesErased.stored_name:
            erased = (
                f"The identities of its sources were erased at position {version['position']}: "
            )
            print_line(out, erased + version["why"])


@take_perspective(table=True)
def timeline(  # noqa: PLR0913 -- one argument an option
    slug: Slug,
    *,
    kind: Annotated[
        str | None, typer.Option(help="Only facts of this kind.", autocompletion=complete_kind)
    ] = None,
    person: Annotated[str | None, typer.Option(help="Only facts that name this person.")] = None,
    place: Annotated[str | None, typer.Option(help="Only facts that name this place.")] = None,
    matter: Annotated[str | None, typer.Option(help="Only facts with this `matter`.")] = None,
    batch: Annotated[
        str | None,
        typer.Option(help="Only facts that an import with this label recorded or changed."),
    ] = None,
    q: Annotated[
        str | None, typer.Option("--q", help="Only facts that contain all of these words.")
    ] = None,
    translit: Annotated[
        bool,
        typer.Option(
            help="Whether --q finds words of other scripts by their Latin transliteration, and the reverse."
        ),
    ] = True,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            parser=parse_cut_option,
            metavar="WHEN",
            help="Only facts that still held then, or began later.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            parser=parse_cut_option, metavar="WHEN", help="Only facts that had begun then."
        ),
    ] = None,
    include: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT",
            help="retracted: also retracted facts. ahead: with --as-of, also facts that begin later.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most items on a page.")] = 1000,
    cursor: Annotated[
        str | None,
        typer.Option(metavar="NEXT", help="The `next` of the page before, to go on after it."),
    ] = None,
    asked: dict[str, object],
    printer: AnswerPrinter,
) -> None:
    """List the facts in order of their dates; with --as-of only those that had begun."""
    filters = {
        "kind": kind, "person": person, "place": place, "matter": matter, "q": q,
        "from": from_, "to": to, "include": include, "batch": batch, "translit": None if translit else "false",
    }  # fmt: skip
    asked = {**filters, **asked}
    page = {**({} if cursor else asked), "limit": limit, "cursor": cursor}
    content = printer.ask(f"/v1/negotiations/{slug}/timeline", page)
    if content is not None:
        _show_timeline(slug, content)


def _show_timeline(slug: str, content: Mapping[str, Any]) -> None:
    out, errors = consoles()
    show_heading(out, f"Timeline of {slug}", content["perspective"])
    show_erased(out, content)
    columns = ("when", "kind", "what", "status", "certainty", "external id", "sources")
    rows = [
        (
            item["fact"]["valid"],
            kind_and_stage(item["fact"]),
            item["fact"]["summary"],
            item["status"],
            item["certainty"],
            item["fact"]["external_id"],
            sources(item["fact"]),
        )
        for item in content["items"]
    ]
    show_rows(out, f"{len(rows)} fact{'s' * (len(rows) != 1)}", columns, rows)
    if not rows:
        print_line(
            out,
            "No fact on record fits these dates and filters. Write names in full.",
        )
    if content["next"] is not None:
        print_line(errors, f"There is more: --cursor {content['next']}")
