"""Names the erased facts that an answer may have contained before."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from domain.time.instant import format_instant
from domain.time.perspective import Perspective
from domain.views.sections import Listed, Rest
from infrastructure.readers.reading import Reading

ERASED: Final = "erased"
"""The name of the list of erased facts that an answer may have held, beside the lists of the state."""


def with_erasures(
    content: dict[str, Any],
    reading: Reading,
    negotiation_id: UUID,
    *perspectives: Perspective,
    rest: Rest | None = None,
) -> dict[str, Any]:
    """Give an answer that says which facts it may have held until they were erased, where there are any.

    With `rest` it names the first of them, and says where the others are.
    """
    listed = erasures_listed(reading, negotiation_id, *perspectives)
    if not listed.places:
        return content
    told = dict(content)
    listed.fill(told, ERASED, ERASED, rest)
    return told


def erasures_listed(reading: Reading, negotiation_id: UUID, *perspectives: Perspective) -> Listed:
    """List the erasures that took facts out of answers at some perspectives, by position."""
    erasures = {erasure for at in perspectives for erasure in reading.erasures(negotiation_id, at)}
    lost = sorted(erasures, key=lambda erasure: erasure.position)

    def describe_erasure(index: int) -> dict[str, Any]:
        erasure = lost[index]
        at = format_instant(erasure.recorded_at)
        return {"fact": str(erasure.fact_id), "position": erasure.position, "recorded_at": at}

    return Listed([(erasure.position,) for erasure in lost], describe_erasure)
