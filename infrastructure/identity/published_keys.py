"""Reads the published keys of an issuer (RFC 7517), and uses each only as it declares.

Keys that cannot be used are ignored, and the others are used: keys of an unknown kind, damaged ones, RSA keys shorter
than 2048 bits, symmetric keys, and keys published with their private half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import base64_to_int

from infrastructure.identity.algorithms import ALGORITHMS
from infrastructure.identity.json_object import json_object

LEAST_RSA_BITS: Final = 2048
_NOT_A_KEY: Final = (
    JoseError,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
)

PublishedKey = RSAKey | ECKey | OKPKey


class KeysError(ValueError):
    """A document is not a JWK Set; the message says why."""


@dataclass(frozen=True)
class PublishedKeys:
    """The keys of one document that can verify signatures."""

    keys: tuple[PublishedKey, ...]

    @classmethod
    def of(cls, document: bytes) -> Self:
        """Read the keys of a JWK Set; KeysError if it is none."""
        try:
            listed = json_object(document).get("keys")
        except ValueError as error:
            raise KeysError(f"not a JWK Set: {error}") from None
        if not isinstance(listed, list):
            raise KeysError("not a JWK Set: it has no list of keys")
        return cls(tuple(key for key in map(_key, listed) if key is not None))

    def one(self, algorithm: str, kid: str | None) -> PublishedKey | None:
        """The key with an id that fits the algorithm; None if no key or more than one fits.

        A token may omit the id if only one key fits (OpenID Connect Core, section 10.1).
        """
        suitable = [key for key in self.keys if kid in (None, key.kid) and _suits(key, algorithm)]
        return suitable[0] if len(suitable) == 1 else None


def _key(listed: Any) -> PublishedKey | None:  # noqa: ANN401 -- JSON is anything
    try:
        match listed["kty"]:
            case "RSA" if base64_to_int(listed["n"]).bit_length() >= LEAST_RSA_BITS:
                key: PublishedKey = RSAKey.import_key(listed)
            case "EC":
                key = ECKey.import_key(listed)
            case "OKP":
                key = OKPKey.import_key(listed)
            case _:
                return None
    except _NOT_A_KEY:
        return None
    return None if key.is_private else key


def _suits(key: PublishedKey, algorithm: str) -> bool:
    """Whether type, curve, `alg`, `use` and `key_ops` of a key all allow it to verify the algorithm."""
    if algorithm not in ALGORITHMS:
        return False
    try:
        JWSRegistry.algorithms[algorithm].check_key(key)
        key.check_key_op("verify")
    except JoseError:
        return False
    return not isinstance(key, OKPKey) or key.curve_name == "Ed25519"
