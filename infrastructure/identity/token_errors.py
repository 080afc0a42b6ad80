"""Distinguishes a token that is refused from a token that cannot be checked now.

TokenRefusedError         the token is not valid; sending it again does not help
IssuerOutOfReachError     there are no keys to check the token with; it may be valid
"""

from __future__ import annotations


class TokenRefusedError(Exception):
    """A token is refused; `reason` may be shown, because it contains no part of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IssuerOutOfReachError(Exception):
    """The issuer's keys cannot be fetched, and none were fetched before; `reason` may be shown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
