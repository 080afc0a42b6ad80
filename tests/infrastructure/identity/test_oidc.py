from __future__ import annotations

import hashlib
import json
import string
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from domain.access import SCOPES, Principal
from infrastructure.identity.oidc import LONGEST_TOKEN, verifier_of
from infrastructure.identity.token_errors import TokenRefusedError
from infrastructure.settings import Settings
from tests.infrastructure.identity import issuing
from tests.infrastructure.identity.issuing import (
    CLAIMS,
    ISSUER,
    NOW,
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

WITHOUT = object()
HEADER = {"alg": "RS256", "typ": "at+jwt", "kid": "rsa"}


def claims(**changes: object) -> dict[str, object]:
    """Good claims, but for these."""
    changed = {**CLAIMS, **changes}
    return {name: value for name, value in changed.items() if value is not WITHOUT}


def reason(text: str, now: float = NOW) -> str:
    """Why a token is refused."""
    with pytest.raises(TokenRefusedError) as refused:
        verifier(now=now).principal(text)
    return refused.value.reason


def accepted(text: str, now: float = NOW) -> bool:
    return verifier(now=now).principal(text).may("fact:read")


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
    assert accepted(token(key=key("a"), alg=algorithm, kid=kid))


def test_a_signature_that_is_not_pinned_is_refused_though_the_key_suits() -> None:
    text = token(key=rsa_key("b"), alg="PS256", kid="rsa-b")
    assert "algorithm" in reason(text)
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
    assert reason(sign_token({"typ": "at+jwt", **header}, CLAIMS, key))
    pinned = verifier(oidc=issuing.settings(algorithms=("RS256", "PS256", "ES256", "EdDSA")))
    with pytest.raises(TokenRefusedError):
        pinned.principal(sign_token({"typ": "at+jwt", **header}, CLAIMS, key))


def test_a_token_need_not_name_its_key_while_only_one_suits() -> None:
    assert accepted(sign_token({"alg": "ES256", "typ": "at+jwt"}, CLAIMS, ec_key("a")))
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
    assert reason(body + ".") == "the token is not three parts of base64url"
    assert "algorithm" in reason(body + ".AAAA")


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
        assert reason(sign_token({**HEADER, "alg": algorithm}, CLAIMS, secret))


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_the_token_brings_is_passed_over(name: str) -> None:
    values = {
        "jwk": jwk(rsa_key("thief"), "rsa"),
        "jku": "http://127.0.0.1:1/keys",
        "x5u": "http://127.0.0.1:1/chain",
        "x5c": ["MIIB"],
    }
    brought: dict[str, Any] = {name: values[name]}
    assert "signature" in reason(token(key=rsa_key("thief"), **brought))
    assert reason(token(key=rsa_key("thief"), kid="thief", **brought))
    assert accepted(token(**brought))


@pytest.mark.parametrize(
    "extension",
    [{"crit": ["exp"], "exp": 1}, {"crit": []}, {"crit": ["b64"], "b64": False}, {"b64": False}],
)
def test_extensions_of_the_header_are_refused(extension: dict[str, Any]) -> None:
    assert "extensions" in reason(token(**extension))


@pytest.mark.parametrize("missing", ["iss", "aud", "exp", "nbf", "sub"])
@pytest.mark.parametrize("how", [WITHOUT, None])
def test_a_required_claim_is_required(missing: str, how: object) -> None:
    assert missing in reason(token(claims(**{missing: how})))


def test_no_time_of_issue_is_required() -> None:
    assert accepted(token(claims(iat=WITHOUT)))


@pytest.mark.parametrize(
    ("seconds", "why"),
    [(329.9, None), (330, "expired"), (1e9, "expired"), (-40, None), (-40.1, "not valid yet")],
)
def test_a_token_is_good_while_it_is_with_half_a_minute_for_clocks(
    seconds: float, why: str | None
) -> None:
    text = token(claims(iat=WITHOUT))
    if why is None:
        assert accepted(text, NOW + seconds)
    else:
        assert why in reason(text, NOW + seconds)


def test_a_token_from_the_future_is_refused() -> None:
    assert accepted(token(claims(iat=NOW + 30)))
    assert "future" in reason(token(claims(iat=NOW + 31)))


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize(
    "written",
    [
        '"1700000100"',
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
        "true",
        "false",
        "[]",
        "{}",
    ],
)
def test_a_time_is_a_finite_number(name: str, written: str) -> None:
    text = json.dumps(claims(**{name: 0})).replace(f'"{name}": 0', f'"{name}": {written}')
    assert reason(token(text.encode()))


@pytest.mark.parametrize("when", [-1, 0, -(10**30), -1.5])
def test_a_time_long_past_has_passed(when: float) -> None:
    assert reason(token(claims(exp=when))) == "the token has expired"
    assert accepted(token(claims(nbf=when, iat=when)))


def test_a_time_may_have_a_fraction() -> None:
    assert accepted(token(claims(exp=NOW + 0.5, nbf=NOW - 0.5)))


@pytest.mark.parametrize("audience", ["parley", ["parley"], ["else", "parley"]])
def test_the_audience_is_ours_among_others(audience: object) -> None:
    assert accepted(token(claims(aud=audience)))


@pytest.mark.parametrize(
    "audience",
    [
        "",
        "Parley",
        "parley ",
        "parley2",
        "xparley",
        [],
        [""],
        ["else"],
        ["else parley"],
        [["parley"]],
        ["parley", 1],
        {"parley": 1},
        True,
        0,
    ],
)
def test_another_audience_is_refused(audience: object) -> None:
    assert "aud" in reason(token(claims(aud=audience)))


@pytest.mark.parametrize(
    "issuer",
    [
        "",
        ISSUER + "/",
        ISSUER[:-1],
        ISSUER.upper(),
        ISSUER + "\0",
        "http" + ISSUER[5:],
        [ISSUER],
        1,
    ],
)
def test_another_issuer_is_refused(issuer: object) -> None:
    assert reason(token(claims(iss=issuer)))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"[" * 9000,
        b'{"a":' * 2000,
        json.dumps(dict(CLAIMS)).encode()[:-1] + b', "sub": "admin"}',
        json.dumps(dict(CLAIMS)).encode()[:-1] + b', "\\u0073ub": "5b0c"}',
        json.dumps(dict(CLAIMS)).encode()[:-1] + b', "deep": {"a": 1, "a": 1}}',
        json.dumps(dict(CLAIMS)).encode() + b"{}",
        b'{"exp": ' + b"9" * 5000 + b"}",
    ],
)
def test_claims_that_could_be_read_in_two_ways_or_in_none_are_refused(payload: bytes) -> None:
    assert reason(token(payload))


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{",
        b"\xff",
        b"[" * 9000,
        b'{"alg": "RS256", "kid": "rsa", "typ": "at+jwt", "alg": "RS256"}',
        b'{"alg": "none", "alg": "RS256", "kid": "rsa", "typ": "at+jwt"}',
        b'{"alg": "RS256", "kid": "rsa", "typ": "at+jwt", "x": NaN}',
    ],
)
def test_a_token_whose_header_cannot_be_read_is_refused(header: bytes) -> None:
    assert reason(sign_token(header, CLAIMS, rsa_key("a"))) == "the token's header cannot be read"


def test_a_token_is_bounded_before_it_is_read() -> None:
    fitting = token(claims(more="x" * 11_000))
    assert 15_000 < len(fitting) <= LONGEST_TOKEN
    assert accepted(fitting)
    assert "longer" in reason(token(claims(more="x" * 12_000)))
    assert "longer" in reason("." * 50_000_000)


def test_an_encrypted_token_is_refused_and_so_is_one_within() -> None:
    assert reason("e30.AAAA.AAAA.AAAA.AAAA") == "the token is encrypted"
    assert "claims" in reason(token(b"e30.AAAA.AAAA.AAAA.AAAA", cty="JWT"))
    assert "claims" in reason(token(token().encode(), cty="JWT"))


def test_a_part_of_a_token_or_a_mixture_of_two_is_refused() -> None:
    mine, theirs = token(), token(claims(sub="admin", scope="admin"))
    assert accepted(mine)
    for length in range(len(mine)):
        assert reason(mine[:length])
    for taken in range(3):
        mixed = mine.split(".")
        mixed[taken] = theirs.split(".")[taken]
        if ".".join(mixed) != mine:
            assert "signature" in reason(".".join(mixed))


@pytest.mark.parametrize(
    "around", [" {}", "{} ", "{}\n", "Bearer {}", "{}.", ".{}", "{}=", "é{}", "{}\0"]
)
def test_nothing_may_stand_around_a_token(around: str) -> None:
    assert reason(around.format(token()))


@pytest.mark.parametrize(
    "text", ["", ".", "..", "é.é.é", "a.b.c", "AAAA.AAAA.AAAA", "\ud800.a.b", "٣.٣.٣"]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    assert reason(text)


GOOD = {
    "RS256": token(),
    "ES256": token(key=ec_key("a"), alg="ES256", kid="ec"),
    "EdDSA": token(key=ed_key("a"), alg="EdDSA", kid="ed"),
}
CHARACTERS = st.sampled_from(string.ascii_letters + string.digits + "-_.=+/ ") | st.characters()


@given(st.sampled_from(list(GOOD.values())), st.data())
def test_a_token_with_any_character_changed_is_refused(good: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(CHARACTERS.filter(lambda character: character != good[at]))
    assert accepted(good)
    assert reason(good[:at] + other + good[at + 1 :])


@pytest.mark.parametrize("algorithm", GOOD)
def test_the_last_character_of_a_token_has_no_other_writing(algorithm: str) -> None:
    good = GOOD[algorithm]
    for other in set(string.ascii_letters + string.digits + "-_") - {good[-1]}:
        assert reason(good[:-1] + other)


@given(st.text() | st.binary(max_size=60).map(lambda raw: encode_part(raw) + ".e30.AAAA"))
def test_whatever_text_is_refused_and_nothing_worse(text: str) -> None:
    assert reason(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from([*HEADER, "jku", "jwk", "x5c", "cty", "b64", "crit", *CLAIMS, "scp", "cnf"]),
    JSON,
)
def test_whatever_stands_in_a_signed_token_it_is_a_principal_or_refused(
    name: str, value: object
) -> None:
    header = {**HEADER, name: value} if name not in CLAIMS else HEADER
    text = sign_token(header, claims(**{name: value}), rsa_key("a"))
    try:
        found = verifier().principal(text)
    except TokenRefusedError as refused:
        assert refused.reason.isprintable()  # noqa: PT017 -- either outcome is right
    else:
        assert found.scopes <= set(SCOPES)


def test_a_reason_holds_nothing_of_the_token() -> None:
    mark = "canary"
    for changed in ("iss", "aud", "sub", "exp", "nbf", "iat", "scope", "typ"):
        assert mark not in reason(token(claims(**{changed: [{mark: mark}]}), typ="JWT"))
    for name in ("alg", "typ", "kid"):
        header: dict[str, Any] = {name: mark}
        assert mark not in reason(token(**header))


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
