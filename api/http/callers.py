"""Identifies the caller of a request by its credential or, without one, by its address (for IPv6 its /64 network)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

from starlette.types import Scope

from api.http.problems import RefusedError
from domain.access import Principal
from domain.streams.negotiation import SLUG, negotiation_id
from infrastructure.identity.keys import ReadKey, Sight, key_id

WHERE: Final = "/header/Authorization"
NO_CREDENTIAL: Final = (
    "no valid credential was sent: send one Bearer credential that is known here, has not expired"
    " and is not revoked"
)

HEALTH: Final = frozenset({"/healthz", "/readyz"})
"""Addresses without limits, so that monitoring always gets an answer."""
SIGN_IN: Final = "/sign-in"
"""The address to which a key is sent from a form."""
_PREFIX: Final = 64
_NOBODY: Final = "anonymous"


class Confirmation:
    """Checks, in the thread that does a request's work, that its credential still belongs to the same principal.

    Until then the request counts as coming from `principal`. `tried` says whether the check was made.
    """

    def __init__(
        self,
        credential: str,
        identify: Callable[[str, Sight | ReadKey | None], Principal | None],
        principal: Principal,
    ) -> None:
        self._identify = partial(identify, credential)
        self._key = key_id(credential)
        self._sight: Sight | None = None
        self.principal = principal
        self.tried = False
        self.confirmed = False

    def confirm(self, slug: str | None = None) -> None:
        """Check once; RefusedError if the credential is no longer valid, or has another principal or other scopes.

        With a `slug`, the same statement also reads whether the principal sees that negotiation.
        """
        if self.confirmed:
            return
        named = slug is not None and SLUG.fullmatch(slug)
        self._sight = Sight(negotiation_id(slug), self.principal) if slug and named else None
        self._check(self._sight)

    @property
    def awaited_key(self) -> str | None:
        """The id of the key that is still to be checked; None if there is no such key."""
        return None if self.tried else self._key

    def confirm_by(self, row: Any) -> None:  # noqa: ANN401 -- a row
        """Check by a row that a statement about something else has read, with the columns of `awaited_key`."""
        self._check(ReadKey(row))

    def _check(self, beside: Sight | ReadKey | None) -> None:
        self.tried = True
        if self._identify(beside) != self.principal:
            raise RefusedError("unauthenticated", WHERE, NO_CREDENTIAL)
        self.confirmed = True

    def saw(self, slug: str) -> bool | None:
        """Whether the principal sees a negotiation; None if the check did not cover it, or on a second call."""
        sight, self._sight = self._sight, None
        if sight is None or sight.negotiation_id != negotiation_id(slug):
            return None
        return sight.seen


def caller_of(scope: Scope) -> str | None:
    """The name under which a request is counted; None for a request that this process makes itself."""
    principal: Principal | None = scope.get("state", {}).get("principal")
    if principal is not None and principal.caller != _NOBODY:
        return f"caller:{principal.caller}"
    return address_of(scope)


def address_of(scope: Scope) -> str | None:
    """The network address that a request comes from; None for a request that this process makes itself."""
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
