"""Finds the facts that the links of a fact name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from starlette.requests import Request

from api.composition import Parley
from api.http.authorization import principal_of
from domain.errors import UnknownError
from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id

_MOST_LINKS: Final = 100
"""How many links to other facts can be followed."""


def find_linked(request: Request, slug: str, links: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """{what a link names: the id of the fact} for the links whose fact is on record and may be seen."""
    parley: Parley = request.app.state.parley
    ids = {}
    with parley.looking(principal_of(request)) as look:
        for named in [link["fact"] for link in links[:_MOST_LINKS]]:
            external = named.removeprefix("external:")
            id_ = UUID(named) if external == named else fact_id(negotiation_id(slug), external)
            with suppress(UnknownError):
                look.slug_of_fact(id_)
                ids[named] = str(id_)
    return ids
