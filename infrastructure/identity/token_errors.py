"""Distinguishes a token that is refused from a token that cannot be checked now.

TokenRefusedError         the token is not good, no matter who asks again
IssuerOutOfReachError     there are no keys to tell by; it may be good
"""

from __future__ import annotations

__all__ = ["IssuerOutOfReachError", "TokenRefusedError"]


class TokenRefusedError(Exception):
    """A token is not accepted. The reason may be shown: no part of the token is in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IssuerOutOfReachError(Exception):
    """The keys of the issuer cannot be had, and none were had before. The reason may be shown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
