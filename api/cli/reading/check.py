"""The command that lists facts that today's rules would read differently, or that an editor should look at."""

from __future__ import annotations

from dataclasses import asdict

from api.cli.options import AsJson, Slug
from api.cli.session import open_record, say
from api.cli.tables import show_heading, show_rows
from api.cli.text import consoles, print_line
from domain.rules import READING
from domain.time.perspective import PerspectiveQuery
from domain.views.brief import describe_perspective
from domain.views.naming import Names
from domain.views.notices import find_alias_notices, find_notices, find_rereadings


def check(slug: Slug, *, json: AsJson = False) -> None:
    """List what an editor should look at, such as numbers that are read differently today.

    The command changes nothing. A stored number is read by today's rules only when an editor corrects it.
    """
    with open_record() as parley, parley.reading(parley.owner) as reading:
        perspective = reading.perspective(PerspectiveQuery())
        negotiation = reading.negotiation(slug, perspective.position)
        known = reading.list_known(negotiation.id, perspective)
        names = Names.of(reading.timeslice(negotiation.id, perspective))
        items = [
            {
                "fact": str(version.record.id),
                "external_id": version.record.fact.external_id,
                "version": version.record.version,
                **asdict(notice),
            }
            for version in known
            if version.record.stands
            for notice in (
                *find_rereadings(version.record.fact),
                *find_notices(version.record.fact),
                *find_alias_notices(version.record.fact, names),
            )
        ]
        at = describe_perspective(perspective)
    if json:
        say({"perspective": at, "items": items})
        return
    out, _ = consoles()
    show_heading(
        out, f"What an editor should look at, by the rules of reading {READING}: {slug}", at
    )
    if not items:
        print_line(out, "There is nothing to look at.")
    rows = [
        (item["external_id"] or item["fact"], item["pointer"], item["detail"]) for item in items
    ]
    show_rows(out, f"{len(items)} to look at", ("fact", "where", "what"), rows)
