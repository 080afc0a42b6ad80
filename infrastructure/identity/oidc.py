"""Turns a bearer token into a principal if the issuer signed it for this server and it is valid now.

The token's header chooses one of the pinned algorithms and one of the published keys; keys in the header itself (`jwk`,
`jku`, `x5u`, `x5c`) are ignored. Critical extensions (`crit`) are refused, because Parley supports no extension.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from joserfc.errors import BadSignatureError, JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry, deserialize_compact

from domain.access import Principal
from infrastructure.clock import Clock, system_clock
from infrastructure.identity.claims import (
    claims_registry,
    one_line,
    read_scopes,
    require_access_token,
    require_claims,
)
from infrastructure.identity.json_object import json_object
from infrastructure.identity.key_sources import IssuerKeySource, open_issuer_keys
from infrastructure.identity.token_errors import TokenRefusedError

if TYPE_CHECKING:
    from joserfc.jwa import JWSAlgModel

    from infrastructure.identity.published_keys import PublishedKey
    from infrastructure.oidc_settings import OidcSettings

LONGEST_TOKEN: Final = 16_384
_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_ENCRYPTED: Final = 4


def verifier_of(oidc: OidcSettings) -> TokenVerifier:
    """The verifier for the issuer of the settings."""
    return TokenVerifier(oidc, open_issuer_keys(oidc.jwks), system_clock)


class TokenVerifier:
    """Verifies the tokens of one issuer; may be used by many threads, and may wait for the issuer's keys."""

    def __init__(self, oidc: OidcSettings, keys: IssuerKeySource, clock: Clock) -> None:
        self._oidc = oidc
        self._keys = keys
        self._signatures = _Pinned(algorithms=oidc.algorithms, strict_check_header=False)
        self._claims = claims_registry(oidc.issuer, oidc.audience, clock)

    def principal(self, token: str) -> Principal:
        """The principal of a token; TokenRefusedError, or IssuerOutOfReachError if it cannot be checked now."""
        header = self._header(token)
        claims = self._verify(token, self._key(header["alg"], header.get("kid")))
        require_claims(claims, self._claims)
        require_access_token(header, claims)
        subject = one_line(claims, "sub")
        named = json.dumps([self._oidc.issuer, subject]).encode()
        return Principal(
            person=one_line(claims, self._oidc.person_claim),
            caller=f"oidc:{sha256(named).hexdigest()}",
            scopes=read_scopes(claims),
        )

    def _header(self, token: str) -> dict[str, Any]:
        if len(token) > LONGEST_TOKEN:
            raise TokenRefusedError(f"the token is longer than {LONGEST_TOKEN} characters")
        if not _COMPACT.fullmatch(token):
            encrypted = token.count(".") == _ENCRYPTED
            reason = "is encrypted" if encrypted else "is not three parts of base64url"
            raise TokenRefusedError(f"the token {reason}")
        first = token.partition(".")[0]
        try:
            header = json_object(urlsafe_b64decode(first + "=" * (-len(first) % 4)))
        except ValueError:
            raise TokenRefusedError("the token's header cannot be read") from None
        if header.get("alg") not in self._oidc.algorithms:
            raise TokenRefusedError("the token is not signed by an algorithm that is accepted here")
        if "crit" in header or "b64" in header:
            raise TokenRefusedError(
                "the token's header has extensions, and this server supports no extension"
            )
        if not isinstance(header.get("kid", ""), str):
            raise TokenRefusedError("the token's kid is not a text")
        return header

    def _key(self, algorithm: str, kid: str | None) -> PublishedKey:
        key = self._keys.keys().one(algorithm, kid)
        if key is None:
            key = self._keys.newer_keys().one(algorithm, kid)
        if key is None:
            raise TokenRefusedError("no known key of the issuer fits the token")
        return key

    def _verify(self, token: str, key: PublishedKey) -> dict[str, Any]:
        try:
            payload = deserialize_compact(token, key, registry=self._signatures).payload
        except BadSignatureError:
            raise TokenRefusedError("the token's signature is not the issuer's") from None
        except JoseError:
            raise TokenRefusedError("the token's parts cannot be read") from None
        try:
            return json_object(payload)
        except ValueError:
            raise TokenRefusedError("the token's claims cannot be read") from None


class _Pinned(JWSRegistry):
    """Allows the pinned algorithms only; the parts of a token are limited by the token's length alone."""

    max_header_length = LONGEST_TOKEN
    max_payload_length = LONGEST_TOKEN
    max_signature_length = LONGEST_TOKEN

    def get_alg(self, name: str) -> JWSAlgModel:
        """A pinned algorithm. The library's own lookup warns of EdDSA's older name at each token."""
        if not self.allowed or name not in self.allowed:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]
