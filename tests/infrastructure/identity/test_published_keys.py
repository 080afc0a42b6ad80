from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from infrastructure.identity.algorithms import ALGORITHMS, DEFAULT_ALGORITHMS
from infrastructure.identity.published_keys import KeysError, PublishedKeys
from tests.infrastructure.identity.issuing import (
    Jwk,
    ec_key,
    ed_key,
    encode_part,
    jwk,
    jwks,
    number,
    rsa_key,
)

RSA = jwk(rsa_key("a"), "k")
EC = jwk(ec_key("a"), "k")
OKP = jwk(ed_key("a"), "k")


@pytest.mark.parametrize(
    ("key", "suited"),
    [
        (RSA, {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
        (EC, {"ES256"}),
        (OKP, {"EdDSA", "Ed25519"}),
        ({**RSA, "use": "sig", "key_ops": ["verify"]}, {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
        ({**RSA, "alg": "RS256"}, {"RS256"}),
        ({**RSA, "alg": "ES256"}, set()),
        ({**RSA, "use": "enc"}, set()),
        ({**RSA, "key_ops": ["encrypt"]}, set()),
        ({**RSA, "key_ops": []}, set()),
        ({**OKP, "alg": "EdDSA"}, {"EdDSA"}),
    ],
)  # fmt: skip
def test_a_key_verifies_what_it_is_meant_for(key: Jwk, suited: set[str]) -> None:
    keys = PublishedKeys.of(jwks(key))
    assert {name for name in ALGORITHMS if keys.one(name, "k")} == suited


@pytest.mark.parametrize(
    "algorithm", ["none", "HS256", "HS512", "ES256K", "Ed448", "RSA-OAEP", "", "x"]
)
def test_no_key_suits_what_may_not_be_pinned(algorithm: str) -> None:
    secret = {"kty": "oct", "kid": "k", "k": encode_part(b"x" * 64)}
    for key in (RSA, EC, OKP, secret):
        assert PublishedKeys.of(jwks(key)).one(algorithm, "k") is None


def test_what_may_be_pinned_is_known_to_the_library() -> None:
    assert set(JWSRegistry.algorithms) >= ALGORITHMS >= set(DEFAULT_ALGORITHMS)


def make_short_key() -> Jwk:
    """A key of 1024 bits, which is too short today."""
    numbers = rsa.generate_private_key(65537, 1024).public_key().public_numbers()  # noqa: S505 -- refused
    return {"kty": "RSA", "kid": "k", "n": number(numbers.n, 256), "e": number(numbers.e)}


@pytest.mark.parametrize(
    "unusable",
    [
        make_short_key(),
        {"kty": "oct", "kid": "k", "k": encode_part(b"x" * 64)},
        {"kty": "AKP", "kid": "k", "alg": "ML-DSA-44", "pub": "AAAA"},
        {"kty": ["RSA"], "kid": "k"},
        {"kid": "k"},
        {"kty": "RSA", "kid": "k"},
        {**RSA, "n": ""},
        {**RSA, "n": 7},
        {**RSA, "e": "AQ"},
        {**RSA, "n": RSA["n"] + "="},
        {**RSA, "kid": 1},
        {**RSA, "use": "tls"},
        {**RSA, "use": "sig", "key_ops": ["encrypt"]},
        {**EC, "y": EC["x"]},
        {**EC, "crv": "P-257"},
        {**OKP, "x": "AAAA"},
        {**OKP, "crv": "X25519"},
        RSAKey.import_key(rsa_key("a"), {"kid": "k"}).as_dict(private=True),
        OKPKey.import_key(ed_key("a"), {"kid": "k"}).as_dict(private=True),
        None,
        7,
        "RSA",
        ["kty"],
    ],
)
def test_a_key_that_cannot_be_used_does_not_spoil_those_beside_it(unusable: Jwk) -> None:
    keys = PublishedKeys.of(jwks(unusable, jwk(ec_key("b"), "b")))
    assert [name for name in ALGORITHMS if keys.one(name, "k")] == []
    assert keys.one("ES256", "b") is not None


def test_a_set_may_be_empty_and_say_more() -> None:
    assert PublishedKeys.of(b'{"keys": [], "more": 1}') == PublishedKeys(())


@pytest.mark.parametrize(
    "document",
    [b"", b"<html>", b"[]", b"{}", b'{"keys": {}}', b'{"keys": null}', b"\xff", b"[" * 100_000,
     b'{"keys": [], "keys": []}', b'{"keys": [NaN]}', json.dumps(RSA).encode()],
)  # fmt: skip
def test_what_is_no_set_of_keys_is_told_apart(document: bytes) -> None:
    with pytest.raises(KeysError):
        PublishedKeys.of(document)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
MEMBERS = [
    "kty",
    "n",
    "e",
    "d",
    "p",
    "oth",
    "crv",
    "x",
    "y",
    "use",
    "key_ops",
    "alg",
    "kid",
    "x5c",
    "x5u",
]


@given(st.sampled_from([RSA, EC, OKP]), st.sampled_from(MEMBERS), JSON)
def test_whatever_a_key_says_reading_it_ends_well(key: Jwk, member: str, value: object) -> None:
    keys = PublishedKeys.of(jwks({**key, member: value}))
    for name in ALGORITHMS:
        keys.one(name, "k")
