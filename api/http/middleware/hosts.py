"""Answers only under the server's own host names, which stops DNS rebinding.

In DNS rebinding, a web page makes its own host name point to this machine, and its visitor's browser then lets the
page read what only this machine may read. The loopback names and the address at which a connection arrived always
count as the server's own, because no other page is served there. Starlette's TrustedHostMiddleware does not know that
address, makes no problem responses, ignores a second `Host`, and redirects.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from api.http.problems import problem

_FORM: Final = re.compile(r"(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,255})(?::[0-9]{0,5})?")
_LOOPBACK: Final = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|\[::1\]")
_UNFIT: Final = "send one Host header, with the name or address of this server"
_ELSEWHERE: Final = "this server does not answer under that name; its operator can add the name to PARLEY_ALLOWED_HOSTS"


class Hosts:
    """The host names under which a server answers; `*` among the allowed ones means any."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.any = "*" in allowed
        self.allowed = frozenset(allowed)
        self.below = tuple(host[1:] for host in allowed if host.startswith("*."))

    def check(self, scope: Scope) -> Response | None:
        """Refuse a request to another host with 400 or 421."""
        # One that this process asks of itself comes from nowhere, and is sent to no host.
        if scope.get("client") is None:
            return None
        sent = [text.decode("latin-1") for name, text in scope["headers"] if name == b"host"]
        match = _FORM.fullmatch(sent[0]) if len(sent) == 1 else None
        if match is None:
            return problem("malformed", _UNFIT)
        if self._is_ours(match[1].lower().removesuffix("."), scope):
            return None
        return problem("misdirected", _ELSEWHERE)

    def _is_ours(self, host: str, scope: Scope) -> bool:
        if self.any or host in self.allowed or _LOOPBACK.fullmatch(host) is not None:
            return True
        reached = scope.get("server") or ("", None)
        return host.strip("[]") == reached[0] or host.endswith(self.below)
