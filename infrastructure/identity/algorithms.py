"""Lists the accepted signature algorithms of tokens (RFC 7518, RFC 8037, RFC 9864).

All use key pairs, so that the published keys cannot sign: HMAC and `none` are left out.
"""

from __future__ import annotations

from typing import Final

ALGORITHMS: Final = frozenset(
    {
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
        "EdDSA",
        "Ed25519",
    }
)
"""The algorithms that settings may name. EdDSA and Ed25519 are two names of the same algorithm here."""

DEFAULT_ALGORITHMS: Final = ("RS256", "ES256", "EdDSA", "Ed25519")
