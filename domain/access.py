"""Who asks, and what they may do: a principal has scopes, and a private negotiation has members.

A person may hold several credentials; what they do is recorded under the person, and what they may do follows from
the credential that they came with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Scope = Literal[
    "fact:read",
    "fact:write",
    "fact:correct",
    "audit:read",
    "source:read",
    "erase",
    "admin",
]
"""What a credential may do: read facts; record and corroborate; correct, end, retract, reinstate and prefer; read
who changed what; read the sources that are confidential; erase; keep keys and settings."""

SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who asks: `person` is the actor of what they change, `caller` names the credential, which no two share.

    `person` is None for somebody who brought no credential.
    """

    person: str | None
    caller: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Whether the credential has a scope."""
        return scope in self.scopes


def anonymous(scopes: frozenset[Scope]) -> Principal:
    """Somebody who brought no credential, and what anybody may do."""
    return Principal(person=None, caller="anonymous", scopes=scopes)
