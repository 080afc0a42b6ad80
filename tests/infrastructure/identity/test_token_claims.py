"""An access token is accepted only in its time, for its audience and from its issuer, each written in one way."""

from __future__ import annotations

import json

import pytest

from tests.infrastructure.identity.issuing import CLAIMS, ISSUER, NOW, token
from tests.infrastructure.identity.judging import WITHOUT, claims, find_reason, is_accepted


@pytest.mark.parametrize("missing", ["iss", "aud", "exp", "nbf", "sub"])
@pytest.mark.parametrize("how", [WITHOUT, None])
def test_a_required_claim_is_required(missing: str, how: object) -> None:
    assert missing in find_reason(token(claims(**{missing: how})))


def test_no_time_of_issue_is_required() -> None:
    assert is_accepted(token(claims(iat=WITHOUT)))


@pytest.mark.parametrize(
    ("seconds", "why"),
    [(329.9, None), (330, "expired"), (1e9, "expired"), (-40, None), (-40.1, "not valid yet")],
)
def test_a_token_is_good_while_it_is_with_half_a_minute_for_clocks(
    seconds: float, why: str | None
) -> None:
    text = token(claims(iat=WITHOUT))
    if why is None:
        assert is_accepted(text, NOW + seconds)
    else:
        assert why in find_reason(text, NOW + seconds)


def test_a_token_from_the_future_is_refused() -> None:
    assert is_accepted(token(claims(iat=NOW + 30)))
    assert "future" in find_reason(token(claims(iat=NOW + 31)))


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
    assert find_reason(token(text.encode()))


@pytest.mark.parametrize("when", [-1, 0, -(10**30), -1.5])
def test_a_time_long_past_has_passed(when: float) -> None:
    assert find_reason(token(claims(exp=when))) == "the token has expired"
    assert is_accepted(token(claims(nbf=when, iat=when)))


def test_a_time_may_have_a_fraction() -> None:
    assert is_accepted(token(claims(exp=NOW + 0.5, nbf=NOW - 0.5)))


@pytest.mark.parametrize("audience", ["parley", ["parley"], ["else", "parley"]])
def test_the_audience_is_ours_among_others(audience: object) -> None:
    assert is_accepted(token(claims(aud=audience)))


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
    assert "aud" in find_reason(token(claims(aud=audience)))


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
    assert find_reason(token(claims(iss=issuer)))


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
    assert find_reason(token(payload))
