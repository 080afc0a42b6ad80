"""Fields that were added to stored dataclasses later are stored only if they differ from their default.

So an event or a fact that does not use such a field is stored as the same bytes as before the field was added.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

_LATER: Final = "later"


def later(default: Any = None) -> Any:  # noqa: ANN401 -- of the field's own type
    """Declare a field that was added later; older stored values, which do not have it, get the default."""
    return dataclasses.field(default=default, metadata={_LATER: True})


def later_fields(cls: type) -> dict[str, Any]:
    """{name: default} of the fields of a dataclass that were declared by `later`."""
    return {f.name: f.default for f in dataclasses.fields(cls) if f.metadata.get(_LATER)}
