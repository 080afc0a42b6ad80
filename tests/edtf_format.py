"""Teach schemathesis the one format of the document that it does not know: EDTF, where any field takes it."""

from __future__ import annotations

import schemathesis
from hypothesis import strategies as st

_DAYS = st.dates().map(str)


def teach() -> None:
    """Register the format."""
    schemathesis.openapi.format("edtf", _DAYS | _DAYS.map("{}~".format) | _DAYS.map("{}?".format))


teach()
