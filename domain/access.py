"""Who asks, and what they may do: a principal has scopes, and a private negotiation has members.

A person may hold several credentials; what they do is recorded under the person, and what they may do follows from
the credential that they came with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from domain.errors import ForbiddenError, UnauthenticatedError
from domain.naming import fold_name

Scope = Literal[
    "fact:read",
    "fact:write",
    "fact:correct",
    "audit:read",
    "source:read",
    "erase",
    "admin",
]
"""What a credential may do: read facts; record and corroborate; correct, end, retract, reinstate and prefer, and
decide on what others propose of that; read who changed what; read the sources that are confidential; erase; keep keys
and settings."""

SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

OPEN_TO_ANYBODY: Final[tuple[Scope, ...]] = ("fact:read", "audit:read")
"""What may be done without a credential, where the settings leave it open."""

Visibility = Literal["public", "private"]


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who asks: `person` is the actor of what they change, `caller` names the credential, which no two share.

    `person` is None for somebody who brought no credential. One that `sees_all` is a member of every negotiation.
    """

    person: str | None
    caller: str
    scopes: frozenset[Scope]
    sees_all: bool = False

    @property
    def actor(self) -> str:
        """Who a change is recorded under; UnauthenticatedError where nobody in particular asks."""
        if self.person is None:
            raise UnauthenticatedError("fact:write")
        return self.person

    def may(self, scope: Scope) -> bool:
        """Whether the credential has a scope."""
        return scope in self.scopes

    def check(self, scope: Scope) -> None:
        """ForbiddenError where the credential lacks a scope, UnauthenticatedError where none was brought."""
        if not self.may(scope):
            raise (UnauthenticatedError if self.person is None else ForbiddenError)(scope)


def anonymous(scopes: frozenset[Scope]) -> Principal:
    """Somebody who brought no credential, and what anybody may do."""
    return Principal(person=None, caller="anonymous", scopes=scopes)


def owner(person: str) -> Principal:
    """Who has the database itself, and so all that is in it."""
    return Principal(person=person, caller="owner", scopes=frozenset(SCOPES), sees_all=True)


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, as names are compared everywhere."""
    return fold_name(one) == fold_name(other)
