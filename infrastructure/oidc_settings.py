"""The settings of an issuer of access tokens, which are set together or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from infrastructure.identity.algorithms import DEFAULT_ALGORITHMS
from infrastructure.setting_values import (
    SettingsError,
    issuer_keys,
    line,
    setting,
    signatures,
    values_of,
    variable,
    word,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

OIDC: Final = "oidc_"
"""The prefix of the settings of an issuer."""


@dataclass(frozen=True)
class OidcSettings:
    """The issuer whose access tokens are accepted."""

    issuer: str = setting(
        line,
        None,
        "the OpenID Connect issuer whose access tokens are accepted: exactly the `iss` that they carry. Set this"
        " and the next two together",
    )
    audience: str = setting(
        line,
        None,
        "a value that the `aud` of every token must have",
    )
    jwks: str = setting(
        issuer_keys,
        None,
        "the issuer's public keys, a JWK Set: an https URL (http on this machine alone), or a file",
        secret=True,
    )
    algorithms: tuple[str, ...] = setting(
        signatures,
        " ".join(DEFAULT_ALGORITHMS),
        "the signatures that are accepted. RS, PS and ES of 256, 384 and 512 may be named; HMAC and `none` may not",
    )
    person_claim: str = setting(
        word,
        "sub",
        "the claim that names the person. Take one that people cannot choose for themselves; `email` counts only"
        " if it is verified",
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self | None:
        """Read the settings of an issuer; None if no part is set, SettingsError if only some are."""
        values = values_of(cls, environ, OIDC)
        needed = {variable(OIDC + name): values[name] for name in ("issuer", "audience", "jwks")}
        missing = [name for name, value in needed.items() if value is None]
        if len(missing) == len(needed):
            return None
        if missing:
            raise SettingsError(missing[0], "", f"set all of {', '.join(needed)}, or none of them")
        return cls(**values)
