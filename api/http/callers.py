"""Who asks is the credential, or without one the address: of IPv6 the network of 64 bits that one has."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.types import Scope

from domain.access import Principal

__all__ = ["HEALTH", "address_of", "caller_of"]

HEALTH: Final = frozenset({"/healthz", "/readyz"})
"""What is asked past every limit: who watches over a server has to hear from it."""
_PREFIX: Final = 64
_NOBODY: Final = "anonymous"


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
