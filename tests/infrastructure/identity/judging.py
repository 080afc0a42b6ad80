"""Check whether a token is accepted, or for which reason it is refused."""

from __future__ import annotations

import pytest

from infrastructure.identity.token_errors import TokenRefusedError
from tests.infrastructure.identity.issuing import CLAIMS, NOW, verifier

WITHOUT = object()
HEADER = {"alg": "RS256", "typ": "at+jwt", "kid": "rsa"}


def claims(**changes: object) -> dict[str, object]:
    """Valid claims, with these replaced."""
    changed = {**CLAIMS, **changes}
    return {name: value for name, value in changed.items() if value is not WITHOUT}


def find_reason(text: str, now: float = NOW) -> str:
    """The reason why a token is refused."""
    with pytest.raises(TokenRefusedError) as refused:
        verifier(now=now).principal(text)
    return refused.value.reason


def is_accepted(text: str, now: float = NOW) -> bool:
    return verifier(now=now).principal(text).may("fact:read")
