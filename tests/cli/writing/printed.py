"""Read the JSON that a command printed."""

from __future__ import annotations

import json
from typing import Any


def read_lines(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def read_counts(printed: str) -> dict[str, int]:
    report: dict[str, Any] = json.loads(printed)
    return {
        name: count
        for name, count in report.items()
        if isinstance(count, int) and count and not name.endswith(("position", "similar_total"))
    }
