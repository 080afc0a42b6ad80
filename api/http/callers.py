"""Who asks is the credential, or without one the address: of IPv6 the network of 64 bits that one has."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.types import Scope

from api.http.problems import RefusedError
from domain.access import Principal
from domain.streams.negotiation import SLUG, negotiation_id
from infrastructure.identity.keys import Sight

__all__ = ["EXPECTED", "HEALTH", "WHERE", "Confirmation", "address_of", "caller_of"]

WHERE: Final = "/header/Authorization"
EXPECTED: Final = (
    "one Bearer credential that is known here and has neither expired nor been revoked is expected"
)

HEALTH: Final = frozenset({"/healthz", "/readyz"})
"""What is asked past every limit: who watches over a server has to hear from it."""
_PREFIX: Final = 64
_NOBODY: Final = "anonymous"


class Confirmation:
    """Looks, in the thread that does a request's work, whether its credential still opens what it opened before.

    Until then the request is taken to come from `principal`. `tried` says whether it was looked.
    """

    def __init__(
        self, identify: Callable[[Sight | None], Principal | None], principal: Principal
    ) -> None:
        self._identify = identify
        self._sight: Sight | None = None
        self.principal = principal
        self.tried = False
        self.confirmed = False

    def confirm(self, slug: str | None = None) -> None:
        """Look, unless that was done; RefusedError where the credential opens nothing, or something else, by now.

        `slug` names a negotiation that the same look may cover.
        """
        if self.confirmed:
            return
        self.tried = True
        named = slug is not None and SLUG.fullmatch(slug)
        self._sight = Sight(negotiation_id(slug), self.principal) if slug and named else None
        if self._identify(self._sight) != self.principal:
            raise RefusedError("unauthenticated", WHERE, EXPECTED)
        self.confirmed = True

    def saw(self, slug: str) -> bool | None:
        """Whether the look saw a negotiation; None if it did not cover it, or if this was asked before."""
        sight, self._sight = self._sight, None
        if sight is None or sight.negotiation_id != negotiation_id(slug):
            return None
        return sight.seen


def caller_of(scope: Scope) -> str | None:
    """Under what name a request counts; None for the process's own."""
    principal: Principal | None = scope.get("state", {}).get("principal")
    if principal is not None and principal.caller != _NOBODY:
        return f"caller:{principal.caller}"
    return address_of(scope)


def address_of(scope: Scope) -> str | None:
    """Where a request comes from; None for one that this process asks of itself."""
    client = scope.get("client")
    return None if client is None else _network(str(client[0]))


@lru_cache(maxsize=4_096)
def _network(host: str) -> str:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return f"address:{host}"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return f"address:{address.ipv4_mapped}"
        rest = 128 - _PREFIX
        return f"address:{IPv6Address(int(address) >> rest << rest)}/{_PREFIX}"
    return f"address:{address}"
