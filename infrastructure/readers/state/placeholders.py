"""Puts bound parameters in the place of a negotiation and a perspective, so that a statement is made only once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import BigInteger, String, bindparam

from domain.time.perspective import Match

if TYPE_CHECKING:
    from uuid import UUID

    from domain.time.perspective import Perspective


@dataclass(frozen=True)
class _Placeholders:
    hex: Any
    as_of: Any
    position: Any
    published_cut: Any
    match: Match
    corrections: tuple[()] = ()


def placeholders(*, public: bool, match: Match = "possible") -> tuple[UUID, Perspective]:
    """Placeholders for a negotiation's id and a perspective; with `public`, one without a published cut."""
    as_of, position, cut = (
        bindparam(name, type_=BigInteger) for name in ("as_of", "position", "cut")
    )
    negotiation = bindparam("negotiation", type_=String)
    places = _Placeholders(negotiation, as_of, position, None if public else cut, match)
    return cast("UUID", places), cast("Perspective", places)


def bind_placeholders(negotiation_id: UUID, perspective: Perspective) -> dict[str, Any]:
    """The parameters by which a statement with placeholders is executed for a negotiation and a perspective."""
    cut = perspective.published_cut
    about = {"negotiation": negotiation_id.hex, "as_of": perspective.as_of}
    return about | {"position": perspective.position} | ({} if cut is None else {"cut": cut})
