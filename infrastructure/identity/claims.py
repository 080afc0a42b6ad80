"""Checks the claims of a signed token: it must be an access token, for this server, and valid now.

RFC 7519 defines the claims, RFC 9068 access tokens. An ID token says who signed in at a client, and permits nothing
here; a token that is bound to its sender's key (RFC 9449, RFC 8705) is not a bearer token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from joserfc.errors import ClaimError, ExpiredTokenError, MissingClaimError
from joserfc.jwt import JWTClaimsRegistry

from domain.access import SCOPES, Scope
from domain.characters import is_printable_line
from infrastructure.identity.token_errors import TokenRefusedError

if TYPE_CHECKING:
    from infrastructure.clock import Clock

LEEWAY_SECONDS: Final = 30
LONGEST_NAME: Final = 255
ACCESS_TOKEN: Final = frozenset({"at+jwt", "application/at+jwt"})
ANY_TOKEN: Final = frozenset({"jwt", "application/jwt"})
OF_ID_TOKENS: Final = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})
_WRONG: Final = {
    "iss": "the token is from another issuer",
    "aud": "the token is for another audience",
    "exp": "the token's exp is not a time",
    "nbf": "the token is not valid yet, or its nbf is not a time",
    "iat": "the token is from the future, or its iat is not a time",
}


def claims_registry(issuer: str, audience: str, clock: Clock) -> JWTClaimsRegistry:
    """The rules for claims: exactly this issuer, this audience among others, and valid times."""
    return JWTClaimsRegistry(
        now=lambda: clock() // 1_000_000,
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        nbf={"essential": True},
    )


def require_claims(claims: dict[str, Any], rules: JWTClaimsRegistry) -> None:
    """Refuse claims that are missing or malformed, and tokens for another server or time."""
    try:
        rules.validate(claims)
    except MissingClaimError as error:
        raise TokenRefusedError(f"the token lacks {error.claim}") from None
    except ExpiredTokenError:
        raise TokenRefusedError("the token has expired") from None
    except ClaimError as error:
        raise TokenRefusedError(
            _WRONG.get(error.claim, f"the token's {error.claim} is wrong")
        ) from None
    if "cnf" in claims:
        raise TokenRefusedError(
            "the token is bound to a key of its sender, which is not supported here: send a bearer token"
        )


def require_access_token(header: dict[str, Any], claims: dict[str, Any]) -> None:
    """Refuse a token that its `typ` or, if that is generic, its claims show not to be an access token."""
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in ACCESS_TOKEN | ANY_TOKEN:
        raise TokenRefusedError("the token's typ is not that of an access token")
    if kind.lower() in ACCESS_TOKEN:
        return
    if OF_ID_TOKENS & claims.keys() or claims.get("typ", "Bearer") not in ("Bearer", "bearer"):
        raise TokenRefusedError("an access token is needed, but this is another kind of token")
    if "scope" not in claims and "scp" not in claims:
        raise TokenRefusedError("an access token is needed, but this token has no scope claim")


def read_scopes(claims: dict[str, Any]) -> frozenset[Scope]:
    """Parley's scopes that the claim `scope` names or, without it, `scp`; other scopes are ignored."""
    value = claims["scope"] if "scope" in claims else claims.get("scp", "")
    names = value.split(" ") if isinstance(value, str) else value
    listed = isinstance(value, str) or "scope" not in claims
    if not (listed and isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise TokenRefusedError(
            "the token's scopes are neither a text nor, as scp, a list of texts"
        )
    return frozenset(scope for scope in SCOPES if scope in names)


def one_line(claims: dict[str, Any], name: str) -> str:
    """The text of a claim that names a person: printable, without blanks around it, at most 255 characters.

    An email address that the issuer has not verified is refused.
    """
    value = claims.get(name)
    if not isinstance(value, str) or value.strip() != value or not is_printable_line(value):
        raise TokenRefusedError(f"the token's {name} is not one printable line")
    if len(value) > LONGEST_NAME:
        raise TokenRefusedError(f"the token's {name} is longer than {LONGEST_NAME}")
    if name == "email" and claims.get("email_verified") is not True:
        raise TokenRefusedError("the token's email is not verified")
    return value
