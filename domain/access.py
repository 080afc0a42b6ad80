"""Represents who makes a request, and what they may do: a principal has scopes, and a private negotiation has members.

A person may hold several credentials. What they do is recorded under the person; what they may do depends on the
credential that they used.
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
"""The scopes of a request without a credential, if the settings allow such requests."""

Visibility = Literal["public", "private"]


@dataclass(frozen=True, kw_only=True)
class Principal:
    """The person who asks, with the scopes of their credential. `caller` names the credential and is unique.

    `person` is the actor of the changes that they make; it is None without a credential. With `sees_all` the principal
    counts as a member of every negotiation.
    """

    person: str | None
    caller: str
    scopes: frozenset[Scope]
    sees_all: bool = False

    @property
    def actor(self) -> str:
        """The person under whose name a change is recorded; UnauthenticatedError without a credential."""
        if self.person is None:
            raise UnauthenticatedError("fact:write")
        return self.person

    def may(self, scope: Scope) -> bool:
        """Whether the credential has a scope."""
        return scope in self.scopes

    def check(self, scope: Scope) -> None:
        """ForbiddenError if the credential lacks a scope; UnauthenticatedError if there is no credential."""
        if not self.may(scope):
            raise (UnauthenticatedError if self.person is None else ForbiddenError)(scope)


def anonymous(scopes: frozenset[Scope]) -> Principal:
    """The principal of a request without a credential, with the scopes that anybody has."""
    return Principal(person=None, caller="anonymous", scopes=scopes)


def owner(person: str) -> Principal:
    """The principal of somebody with access to the database itself: every scope, and every negotiation."""
    return Principal(person=person, caller="owner", scopes=frozenset(SCOPES), sees_all=True)


def same_person(one: str, other: str) -> bool:
    """Whether two names are the same person's, compared by their folded forms."""
    return fold_name(one) == fold_name(other)
