"""What becomes of a token: it is accepted, or refused for a reason."""

from __future__ import annotations

import pytest

from infrastructure.identity.token_errors import TokenRefusedError
from tests.infrastructure.identity.issuing import CLAIMS, NOW, verifier

WITHOUT = object()
HEADER = {"alg": "RS256", "typ": "at+jwt", "kid": "rsa"}


def claims(**changes: object) -> dict[str, object]:
    """Good claims, but for these."""
    changed = {**CLAIMS, **changes}
    return {name: value for name, value in changed.items() if value is not WITHOUT}


def reason(text: str, now: float = NOW) -> str:
    """Why a token is refused."""
    with pytest.raises(TokenRefusedError) as refused:
        verifier(now=now).principal(text)
    return refused.value.reason


def accepted(text: str, now: float = NOW) -> bool:
    return verifier(now=now).principal(text).may("fact:read")
