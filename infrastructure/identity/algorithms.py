"""Lists the accepted signatures of tokens; all use key pairs, so that a published key cannot sign.

So there is no HMAC, whose key would be the public one, and no `none`. RFC 7518, RFC 8037, RFC 9864.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ALGORITHMS", "DEFAULT_ALGORITHMS"]

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
"""What may be pinned. EdDSA means Ed25519 here, by whichever of its two names."""

DEFAULT_ALGORITHMS: Final = ("RS256", "ES256", "EdDSA", "Ed25519")
