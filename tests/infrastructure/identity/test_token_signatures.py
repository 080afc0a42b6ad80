"""An access token is accepted only if it is signed with an agreed algorithm, by the issuer's key that it names."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.access import Principal
from infrastructure.identity.oidc import verifier_of
from infrastructure.identity.token_errors import TokenRefusedError
from infrastructure.settings import Settings
from tests.infrastructure.identity import issuing
from tests.infrastructure.identity.issuing import (
    CLAIMS,
    ISSUER,
    Private,
    ec_key,
    ed_key,
    encode_part,
    jwk,
    jwks,
    rsa_key,
    sign_token,
    token,
    verifier,
)
from tests.infrastructure.identity.judging import HEADER, find_reason, is_accepted


def test_an_access_token_stands_for_the_person_its_scopes_and_a_caller() -> None:
    assert verifier().principal(token()) == Principal(
        person="5b0c",
        caller="oidc:" + hashlib.sha256(f'["{ISSUER}", "5b0c"]'.encode()).hexdigest(),
        scopes=frozenset({"fact:read", "fact:write"}),
    )


@pytest.mark.parametrize(
    ("algorithm", "kid", "key"),
    [
        ("RS256", "rsa", rsa_key),
        ("RS256", "rsa-b", lambda _: rsa_key("b")),
        ("ES256", "ec", ec_key),
        ("EdDSA", "ed", ed_key),
        ("Ed25519", "ed", ed_key),
    ],
)
def test_each_default_signature_is_accepted_from_its_own_key(
    algorithm: str, kid: str, key: object
) -> None:
    assert callable(key)
    assert is_accepted(token(key=key("a"), alg=algorithm, kid=kid))


def test_a_signature_that_is_not_pinned_is_refused_though_the_key_suits() -> None:
    text = token(key=rsa_key("b"), alg="PS256", kid="rsa-b")
    assert "algorithm" in find_reason(text)
    pinned = verifier(oidc=issuing.settings(algorithms=("PS256",)))
    assert pinned.principal(text).may("fact:read")
    with pytest.raises(TokenRefusedError, match="algorithm"):
        pinned.principal(token())


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ({"alg": "PS256", "kid": "rsa"}, rsa_key("a")),
        ({"alg": "RS256", "kid": "rsa"}, rsa_key("b")),
        ({"alg": "RS256", "kid": "rsa-b"}, rsa_key("a")),
        ({"alg": "RS256", "kid": "ec"}, rsa_key("a")),
        ({"alg": "ES256", "kid": "rsa"}, ec_key("a")),
        ({"alg": "ES256", "kid": "ed"}, ec_key("a")),
        ({"alg": "EdDSA", "kid": "ec"}, ed_key("a")),
        ({"alg": "RS256", "kid": "nobody"}, rsa_key("a")),
        ({"alg": "RS256", "kid": ""}, rsa_key("a")),
        ({"alg": "RS256", "kid": None}, rsa_key("a")),
        ({"alg": "RS256", "kid": ["rsa"]}, rsa_key("a")),
        ({"alg": "RS256"}, rsa_key("a")),
        ({"alg": "ES256", "kid": "ec"}, ec_key("thief")),
        ({"alg": "rs256", "kid": "rsa"}, rsa_key("a")),
        ({"alg": ["RS256"], "kid": "rsa"}, rsa_key("a")),
        ({"kid": "rsa"}, rsa_key("a")),
    ],
)
def test_a_key_that_is_not_the_one_named_or_does_not_suit_is_refused(
    header: dict[str, object], key: Private
) -> None:
    assert find_reason(sign_token({"typ": "at+jwt", **header}, CLAIMS, key))
    pinned = verifier(oidc=issuing.settings(algorithms=("RS256", "PS256", "ES256", "EdDSA")))
    with pytest.raises(TokenRefusedError):
        pinned.principal(sign_token({"typ": "at+jwt", **header}, CLAIMS, key))


def test_a_token_need_not_name_its_key_while_only_one_suits() -> None:
    assert is_accepted(sign_token({"alg": "ES256", "typ": "at+jwt"}, CLAIMS, ec_key("a")))
    alone = verifier(jwks(jwk(rsa_key("a"), None), jwk(ec_key("a"), None)))
    assert (
        alone.principal(sign_token({"alg": "RS256", "typ": "at+jwt"}, CLAIMS, rsa_key("a"))).person
        == "5b0c"
    )


def test_two_keys_with_one_id_are_accepted_only_if_their_kinds_differ() -> None:
    twins = verifier(jwks(jwk(rsa_key("a"), "k"), jwk(ec_key("a"), "k")))
    assert twins.principal(token(kid="k")).person == "5b0c"
    unclear = verifier(jwks(jwk(rsa_key("a"), "k"), jwk(rsa_key("b"), "k")))
    with pytest.raises(TokenRefusedError):
        unclear.principal(token(kid="k"))


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", ""])
def test_a_token_without_a_signature_is_refused(algorithm: str) -> None:
    body = f"{encode_part(json.dumps({**HEADER, 'alg': algorithm}).encode())}."
    body += encode_part(json.dumps(dict(CLAIMS)).encode())
    assert find_reason(body + ".") == "the token is not three parts of base64url"
    assert "algorithm" in find_reason(body + ".AAAA")


@pytest.mark.parametrize("encoding", ["PEM", "DER", "modulus", "document"])
def test_a_public_key_is_no_secret_to_sign_with(encoding: str) -> None:
    public = rsa_key("a").public_key()
    secret = {
        "PEM": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "DER": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "modulus": public.public_numbers().n.to_bytes(256, "big"),
        "document": issuing.publish_keys(),
    }[encoding]
    for algorithm in ("HS256", "RS256"):
        assert find_reason(sign_token({**HEADER, "alg": algorithm}, CLAIMS, secret))


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_the_token_brings_is_passed_over(name: str) -> None:
    values = {
        "jwk": jwk(rsa_key("thief"), "rsa"),
        "jku": "http://127.0.0.1:1/keys",
        "x5u": "http://127.0.0.1:1/chain",
        "x5c": ["MIIB"],
    }
    brought: dict[str, Any] = {name: values[name]}
    assert "signature" in find_reason(token(key=rsa_key("thief"), **brought))
    assert find_reason(token(key=rsa_key("thief"), kid="thief", **brought))
    assert is_accepted(token(**brought))


@pytest.mark.parametrize(
    "extension",
    [{"crit": ["exp"], "exp": 1}, {"crit": []}, {"crit": ["b64"], "b64": False}, {"b64": False}],
)
def test_extensions_of_the_header_are_refused(extension: dict[str, Any]) -> None:
    assert "extensions" in find_reason(token(**extension))


def test_there_is_a_verifier_where_an_issuer_is_set() -> None:
    assert Settings.from_env({}).oidc is None
    environ = {
        "PARLEY_OIDC_ISSUER": ISSUER,
        "PARLEY_OIDC_AUDIENCE": "parley",
        "PARLEY_OIDC_JWKS": "keys.json",
    }
    oidc = Settings.from_env(environ).oidc
    assert oidc is not None
    with pytest.raises(TokenRefusedError):
        verifier_of(oidc).principal("no token")
