"""A token is accepted only in the exact text that the issuer signed; a refusal does not repeat it."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import SCOPES
from infrastructure.identity.oidc import LONGEST_TOKEN
from infrastructure.identity.token_errors import TokenRefusedError
from tests.infrastructure.identity.issuing import (
    CLAIMS,
    ec_key,
    ed_key,
    encode_part,
    rsa_key,
    sign_token,
    token,
    verifier,
)
from tests.infrastructure.identity.judging import HEADER, claims, find_reason, is_accepted


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
    assert (
        find_reason(sign_token(header, CLAIMS, rsa_key("a"))) == "the token's header cannot be read"
    )


def test_a_token_is_bounded_before_it_is_read() -> None:
    fitting = token(claims(more="x" * 11_000))
    assert 15_000 < len(fitting) <= LONGEST_TOKEN
    assert is_accepted(fitting)
    assert "longer" in find_reason(token(claims(more="x" * 12_000)))
    assert "longer" in find_reason("." * 50_000_000)


def test_an_encrypted_token_is_refused_and_so_is_one_within() -> None:
    assert find_reason("e30.AAAA.AAAA.AAAA.AAAA") == "the token is encrypted"
    assert "claims" in find_reason(token(b"e30.AAAA.AAAA.AAAA.AAAA", cty="JWT"))
    assert "claims" in find_reason(token(token().encode(), cty="JWT"))


def test_a_part_of_a_token_or_a_mixture_of_two_is_refused() -> None:
    mine, theirs = token(), token(claims(sub="admin", scope="admin"))
    assert is_accepted(mine)
    for length in range(len(mine)):
        assert find_reason(mine[:length])
    for taken in range(3):
        mixed = mine.split(".")
        mixed[taken] = theirs.split(".")[taken]
        if ".".join(mixed) != mine:
            assert "signature" in find_reason(".".join(mixed))


@pytest.mark.parametrize(
    "around", [" {}", "{} ", "{}\n", "Bearer {}", "{}.", ".{}", "{}=", "é{}", "{}\0"]
)
def test_nothing_may_stand_around_a_token(around: str) -> None:
    assert find_reason(around.format(token()))


@pytest.mark.parametrize(
    "text", ["", ".", "..", "é.é.é", "a.b.c", "AAAA.AAAA.AAAA", "\ud800.a.b", "٣.٣.٣"]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    assert find_reason(text)


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
    assert is_accepted(good)
    assert find_reason(good[:at] + other + good[at + 1 :])


@pytest.mark.parametrize("algorithm", GOOD)
def test_the_last_character_of_a_token_has_no_other_writing(algorithm: str) -> None:
    good = GOOD[algorithm]
    for other in set(string.ascii_letters + string.digits + "-_") - {good[-1]}:
        assert find_reason(good[:-1] + other)


@given(st.text() | st.binary(max_size=60).map(lambda raw: encode_part(raw) + ".e30.AAAA"))
def test_whatever_text_is_refused_and_nothing_worse(text: str) -> None:
    assert find_reason(text)


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
        assert mark not in find_reason(token(claims(**{changed: [{mark: mark}]}), typ="JWT"))
    for name in ("alg", "typ", "kid"):
        header: dict[str, Any] = {name: mark}
        assert mark not in find_reason(token(**header))
