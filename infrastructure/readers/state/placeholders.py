"""Bound parameters in the place of a negotiation and a perspective, so that a statement is made once for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import BigInteger, String, bindparam

if TYPE_CHECKING:
    from uuid import UUID

    from domain.time.perspective import Perspective

__all__ = ["placed", "placeholders"]


@dataclass(frozen=True)
class _Placeholders:
    hex: Any
    as_of: Any
    position: Any
    published_cut: Any


def placeholders(*, public: bool) -> tuple[UUID, Perspective]:
    """What stands for a negotiation's id and for a perspective; where all is `public`, for one without such a cut."""
    as_of, position, cut = (
        bindparam(name, type_=BigInteger) for name in ("as_of", "position", "cut")
    )
    negotiation = bindparam("negotiation", type_=String)
    places = _Placeholders(negotiation, as_of, position, None if public else cut)
    return cast("UUID", places), cast("Perspective", places)


def placed(negotiation_id: UUID, perspective: Perspective) -> dict[str, Any]:
    """The parameters that give a negotiation and a perspective to such a statement."""
    cut = perspective.published_cut
    about = {"negotiation": negotiation_id.hex, "as_of": perspective.as_of}
    return about | {"position": perspective.position} | ({} if cut is None else {"cut": cut})
