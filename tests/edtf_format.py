"""Teach schemathesis EDTF, the one format of the OpenAPI document that it does not know."""

from __future__ import annotations

import schemathesis
from hypothesis import strategies as st

_DAYS = st.dates().map(str)


def teach() -> None:
    """Register the format."""
    schemathesis.openapi.format("edtf", _DAYS | _DAYS.map("{}~".format) | _DAYS.map("{}?".format))


teach()
