"""The shape of a list of people."""

from __future__ import annotations

from typing import NotRequired

from api.http.openapi.response_parts import Bereft, Brief, Exact, PerspectiveShown

__all__ = ["People"]


class MayBe(Exact):
    """Who else a name may mean, and what the two names have in common."""

    name: str
    id: str | None
    why: str


class Person(Exact):
    """Somebody whom facts name, in these spellings, and what became of them; null is not known.

    `ambiguous` lists the ids that bear the name, where there are several.
    """

    name: str
    id: str | None
    ambiguous: NotRequired[list[str]]
    spellings: list[str]
    status: str | None
    since: str | None
    certainty: str | None
    contested: bool | None
    last_reported: str | None
    fact: Brief | None
    facts: int
    may_be: list[MayBe]


class People(Bereft):
    """Everyone whom a fact names, by name."""

    perspective: PerspectiveShown
    items: list[Person]
    next: str | None
