"""An issuer for tests: it signs any token, with `cryptography` and not with the library under test."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from infrastructure.identity.algorithms import DEFAULT_ALGORITHMS
from infrastructure.identity.oidc import TokenVerifier
from infrastructure.identity.published_keys import PublishedKeys
from infrastructure.oidc_settings import OidcSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

ISSUER: Final = "https://login.example/realms/desk"
AUDIENCE: Final = "parley"
NOW: Final = 1_700_000_000
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
Jwk = dict[str, Any]

CLAIMS: Final[Mapping[str, Any]] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "5b0c",
    "exp": NOW + 300,
    "nbf": NOW - 10,
    "iat": NOW - 10,
    "scope": "openid fact:read fact:write",
    "name": "Ana Petrova",
}


def encode_part(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value: int, size: int | None = None) -> str:
    return encode_part(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    assert name
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    assert name
    return ec.generate_private_key(ec.SECP256R1())


@cache
def ed_key(name: str) -> ed25519.Ed25519PrivateKey:
    assert name
    return ed25519.Ed25519PrivateKey.generate()


def jwk(private: Private, kid: str | None, **more: Any) -> Jwk:  # noqa: ANN401 -- JSON is anything
    """The public half of a key as a JWK."""
    named = more if kid is None else {"kid": kid, **more}
    if isinstance(private, rsa.RSAPrivateKey):
        public = private.public_key().public_numbers()
        return {"kty": "RSA", "n": number(public.n), "e": number(public.e), **named}
    if isinstance(private, ec.EllipticCurvePrivateKey):
        at = private.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": number(at.x, 32), "y": number(at.y, 32), **named}
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": encode_part(raw), **named}


def jwks(*keys: Jwk) -> bytes:
    return json.dumps({"keys": keys}).encode()


def signature(algorithm: str, key: Private | bytes, text: bytes) -> bytes:
    """A signature by the rules of RFC 7518 and RFC 8037, also by a key that should not sign so."""
    match key:
        case bytes():
            return hmac.digest(key, text, hashlib.sha256)
        case rsa.RSAPrivateKey() if algorithm == "PS256":
            return key.sign(text, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
        case rsa.RSAPrivateKey():
            return key.sign(text, padding.PKCS1v15(), SHA256())
        case ec.EllipticCurvePrivateKey():
            r, s = decode_dss_signature(key.sign(text, ec.ECDSA(SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        case _:
            return key.sign(text)


def sign_token(
    header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes, key: Private | bytes
) -> str:
    """A signed token; bytes are used unchanged, so that no JSON library normalizes them."""
    algorithm = "" if isinstance(header, bytes) else str(header.get("alg"))
    parts = [
        part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims)
    ]
    text = ".".join(map(encode_part, parts))
    return f"{text}.{encode_part(signature(algorithm, key, text.encode()))}"


def token(
    claims: Mapping[str, Any] | bytes = CLAIMS,
    key: Private | None = None,
    **header: Any,  # noqa: ANN401 -- JSON is anything
) -> str:
    """A valid access token, unless other claims, another key or other header fields are given."""
    return sign_token(
        {"alg": "RS256", "typ": "at+jwt", "kid": "rsa", **header}, claims, key or rsa_key("a")
    )


@cache
def publish_keys() -> bytes:
    """The JWK set that the issuer publishes."""
    return jwks(
        jwk(rsa_key("a"), "rsa", use="sig", alg="RS256"),
        jwk(rsa_key("b"), "rsa-b", use="sig"),
        jwk(ec_key("a"), "ec", use="sig"),
        jwk(ed_key("a"), "ed", key_ops=["verify"]),
    )


@dataclass
class Held:
    """A source of keys that are in memory."""

    document: bytes

    def keys(self) -> PublishedKeys:
        return PublishedKeys.of(self.document)

    def newer_keys(self) -> PublishedKeys:
        return self.keys()


def settings(
    person_claim: str = "sub", algorithms: tuple[str, ...] = DEFAULT_ALGORITHMS
) -> OidcSettings:
    return OidcSettings(ISSUER, AUDIENCE, "keys.json", algorithms, person_claim)


def verifier(
    document: bytes | None = None, now: float = NOW, *, oidc: OidcSettings | None = None
) -> TokenVerifier:
    """A verifier at an instant, in seconds."""
    keys = Held(document or publish_keys())
    return TokenVerifier(oidc or settings(), keys, lambda: int(now * 1_000_000))


OLD_KEYS = jwks(jwk(rsa_key("a"), "rsa"))
NEW_KEYS = jwks(jwk(rsa_key("b"), "rsa-b"))
"""The JWK sets of an issuer before and after it changes its key."""
