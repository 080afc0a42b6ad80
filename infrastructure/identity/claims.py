"""Checks the claims of a signed token: it must be an access token, for this server, and valid now.

RFC 7519 for the claims, RFC 9068 for access tokens. An ID token says who signed in at a client, and is no permission;
a token bound to its sender's key (RFC 9449, RFC 8705) is no bearer token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from joserfc.errors import ClaimError, ExpiredTokenError, MissingClaimError
from joserfc.jwt import JWTClaimsRegistry

from domain.access import SCOPES, Scope
from domain.characters import is_blank
from infrastructure.identity.token_errors import TokenRefusedError

if TYPE_CHECKING:
    from infrastructure.clock import Clock

__all__ = [
    "claims_registry",
    "granted_scopes",
    "one_line",
    "require_access_token",
    "require_claims",
]

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
    """What is required of the claims: exactly this issuer, this audience among others, and the time."""
    return JWTClaimsRegistry(
        now=lambda: clock() // 1_000_000,
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        nbf={"essential": True},
    )


def require_claims(claims: dict[str, Any], rules: JWTClaimsRegistry) -> None:
    """Refuse claims that are missing, of the wrong form, or not for us and now."""
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
            "the token is bound to a key of its sender, and the request has no proof of that key"
        )


def require_access_token(header: dict[str, Any], claims: dict[str, Any]) -> None:
    """Refuse what is not an access token by its `typ`, or, where that says little, by what it claims."""
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in ACCESS_TOKEN | ANY_TOKEN:
        raise TokenRefusedError("the token's typ is not that of an access token")
    if kind.lower() in ACCESS_TOKEN:
        return
    if OF_ID_TOKENS & claims.keys() or claims.get("typ", "Bearer") not in ("Bearer", "bearer"):
        raise TokenRefusedError("an access token is needed, and this is another kind of token")
    if "scope" not in claims and "scp" not in claims:
        raise TokenRefusedError("an access token is needed, and this one claims no scope")


def granted_scopes(claims: dict[str, Any]) -> frozenset[Scope]:
    """The scopes of ours that `scope` names, or else `scp`; others are for others."""
    found = claims["scope"] if "scope" in claims else claims.get("scp", "")
    names = found.split(" ") if isinstance(found, str) else found
    listed = isinstance(found, str) or "scope" not in claims
    if not (listed and isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise TokenRefusedError(
            "the token's scopes are neither a text nor, as scp, a list of texts"
        )
    return frozenset(scope for scope in SCOPES if scope in names)


def one_line(claims: dict[str, Any], name: str) -> str:
    """The text of a claim that names somebody: printable, without blanks around it, at most 255 characters.

    An address that the issuer has not verified names nobody.
    """
    found = claims.get(name)
    if not isinstance(found, str) or not found.isprintable() or found.strip() != found:
        raise TokenRefusedError(f"the token's {name} is not one printable line")
    if is_blank(found) or len(found) > LONGEST_NAME:
        raise TokenRefusedError(f"the token's {name} is empty or longer than {LONGEST_NAME}")
    if name == "email" and claims.get("email_verified") is not True:
        raise TokenRefusedError("the token's email is not verified")
    return found
