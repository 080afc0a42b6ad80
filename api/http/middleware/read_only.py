"""Refuses every change on a server that only reads, before its body is read, and says where to send changes."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Scope

from api.http.problems import problem
from api.http.threads import lane_of


class ReadOnly:
    """Refuses changes with 421 if the server only reads; `writer` is the address of one that takes them, or empty."""

    def __init__(self, writer: str, *, reads_only: bool) -> None:
        self.reads_only = reads_only
        self.writer = writer

    def check(self, scope: Scope) -> Response | None:
        """Refuse a request that may change something."""
        if not self.reads_only or lane_of(scope["method"]) == "reading":
            return None
        if not self.writer:
            return problem(
                "read-only", "this server only reads; send this to one that takes changes"
            )
        members = {"writer": self.writer}
        return problem(
            "read-only", f"this server only reads; send this to {self.writer}", members=members
        )
