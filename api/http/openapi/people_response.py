"""The shape of a list of people."""

from __future__ import annotations

from typing import Literal, NotRequired

from api.http.openapi.response_parts import Brief, Exact, More, Paged

__all__ = ["PeopleResponse"]


class MayBe(Exact):
    """Who else a name may mean, and what the two names have in common."""

    name: str
    id: str | None
    why: str


class PersonEntry(Exact):
    """Somebody whom facts name, in these spellings, and what became of them; null is not known.

    `known_to_be` is null where no fact tells whether the name is that of a person or of a body. `external_id` is that
    of the fact.
    `ambiguous` lists the ids that bear the name, where there are several.
    """

    name: str
    id: str | None
    known_to_be: Literal["person"] | None
    ambiguous: NotRequired[list[str]]
    ambiguous_more: NotRequired[More]
    spellings: list[str]
    status: str | None
    since: str | None
    certainty: str | None
    contested: bool | None
    last_reported: str | None
    fact: Brief | None
    external_id: str | None
    facts: int
    may_be: list[MayBe]


class PeopleResponse(Paged):
    """Everyone whom a fact names, by name."""

    items: list[PersonEntry]
