"""A field that came later is stored only where it says more than what was stored before it came.

So an event, or a fact, that says nothing in it has the very bytes that it always had.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

_LATER: Final = "later"


def later(default: Any = None) -> Any:  # noqa: ANN401 -- of the field's own type
    """A field of a stored dataclass that older ones do not have, with what it is for those."""
    return dataclasses.field(default=default, metadata={_LATER: True})


def later_fields(cls: type) -> dict[str, Any]:
    """The fields of a dataclass that came later, with their defaults."""
    return {f.name: f.default for f in dataclasses.fields(cls) if f.metadata.get(_LATER)}
