from __future__ import annotations

from typing import Any

import pytest

from infrastructure.identity.token_errors import TokenRefusedError
from tests.infrastructure.identity.issuing import (
    CLAIMS,
    rsa_key,
    settings,
    sign_token,
    token,
    verifier,
)

BARE = {name: value for name, value in CLAIMS.items() if name != "scope"}

ID_TOKENS: dict[str, dict[str, Any]] = {
    "Keycloak": {
        "jti": "9f", "auth_time": 1, "typ": "ID", "azp": "desk", "sid": "c1", "at_hash": "x",
        "acr": "1", "email_verified": True, "preferred_username": "ana", "scope": "openid fact:read",
    },
    "Keycloak, without a hash": {"typ": "ID", "azp": "desk", "scope": "fact:read"},
    "Keycloak, to refresh": {"typ": "Refresh", "azp": "desk", "scope": "openid fact:read"},
    "Auth0": {"nickname": "ana", "picture": "https://s.example/a", "sid": "c1", "nonce": "n-0S6"},
    "Auth0, without a nonce": {"nickname": "ana", "sid": "c1"},
    "Google": {"azp": "1.apps.example", "hd": "example.org", "at_hash": "x", "email": "a@example.org"},
    "Google, at sign in": {"azp": "1.apps.example", "hd": "example.org", "email_verified": True},
    "of a hybrid flow": {"c_hash": "x", "scope": "fact:read"},
    "of a bank": {"s_hash": "x", "scope": "fact:read"},
}  # fmt: skip


def find_reason(text: str) -> str:
    with pytest.raises(TokenRefusedError) as refused:
        verifier().principal(text)
    return refused.value.reason


@pytest.mark.parametrize("kind", ["JWT", "jwt", None])
@pytest.mark.parametrize("shape", ID_TOKENS)
def test_an_id_token_is_no_permission(shape: str, kind: str | None) -> None:
    header = {"typ": kind} if kind else {}
    assert "access token is needed" in find_reason(
        sign_untyped({**BARE, **ID_TOKENS[shape]}, **header)
    )


def sign_untyped(claims: dict[str, Any], **header: str) -> str:
    """A signed token whose header has a type only if one is given."""
    return sign_token({"alg": "RS256", "kid": "rsa", **header}, claims, rsa_key("a"))


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"typ": "JWT"},
        {"typ": "application/jwt"},
        {"typ": "AT+JWT"},
        {"typ": "application/at+jwt"},
    ],
)
@pytest.mark.parametrize("more", [{}, {"typ": "Bearer", "azp": "desk", "acr": "1"}])
def test_an_access_token_is_one_by_its_type_or_its_scope(
    header: dict[str, str], more: dict[str, str]
) -> None:
    assert verifier().principal(sign_untyped({**CLAIMS, **more}, **header)).may("fact:read")


def test_a_token_of_the_type_of_access_tokens_may_grant_nothing() -> None:
    assert verifier().principal(token(BARE)).scopes == frozenset()


@pytest.mark.parametrize(
    "kind",
    ["", "dpop+jwt", "logout+jwt", "secevent+jwt", "id+jwt", "JWE", " JWT"],
)
def test_a_token_of_another_type_is_refused(kind: str) -> None:
    assert "typ" in find_reason(token(typ=kind))


@pytest.mark.parametrize("kind", [None, 1, ["JWT"], {"JWT": 1}])
def test_a_type_is_a_text(kind: object) -> None:
    assert find_reason(token(typ=kind))


@pytest.mark.parametrize("bound", [{"jkt": "x"}, {"x5t#S256": "x"}, {}, None])
def test_a_token_that_is_bound_to_its_senders_key_is_no_bearer_token(bound: object) -> None:
    assert "bound" in find_reason(token({**CLAIMS, "cnf": bound}))


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({"scope": ""}, set()),
        ({"scope": "fact:read"}, {"fact:read"}),
        ({"scope": "openid fact:read email source:read"}, {"fact:read", "source:read"}),
        ({"scope": "FACT:READ fact:read:all fact fact: xadmin"}, set()),
        ({"scope": "fact:read\tadmin\nerase"}, set()),
        ({"scp": "fact:read admin"}, {"fact:read", "admin"}),
        ({"scp": ["fact:read", "admin", "else"]}, {"fact:read", "admin"}),
        ({"scp": ["fact:read admin"]}, set()),
        ({"scp": []}, set()),
        ({"scope": "fact:read", "scp": ["admin"]}, {"fact:read"}),
        ({"roles": ["admin"], "permissions": ["admin"]}, set()),
    ],
)
def test_a_token_grants_the_scopes_that_are_ours(claims: dict[str, Any], scopes: set[str]) -> None:
    assert verifier().principal(token({**BARE, **claims})).scopes == scopes


@pytest.mark.parametrize(
    "claims",
    [{"scope": ["admin"]}, {"scope": None}, {"scope": {"admin": 1}}, {"scope": True},
     {"scp": None}, {"scp": {"admin": 1}}, {"scp": [["admin"]]}, {"scp": ["admin", 1]}],
)  # fmt: skip
def test_scopes_of_another_form_are_refused(claims: dict[str, Any]) -> None:
    assert "scopes" in find_reason(token({**BARE, **claims}))


def test_the_person_is_named_by_the_claim_that_is_set() -> None:
    named = verifier(oidc=settings("name"))
    assert named.principal(token()).person == "Ana Petrova"
    other = named.principal(token({**CLAIMS, "name": "Ян"}))
    assert (other.person, other.caller) == ("Ян", verifier().principal(token()).caller)
    with pytest.raises(TokenRefusedError, match="name"):
        named.principal(token({key: value for key, value in CLAIMS.items() if key != "name"}))


@pytest.mark.parametrize(
    "person",
    ["", " ", " ana", "ana ", "a\nb", "a\u2028b", "a\u202eb", "a\u200bb", "a\u00a0b", "\0", "\ud800", "a" * 256,
     "a\U0001d159", None, 7, True, ["ana"], {"ana": 1}],
)  # fmt: skip
@pytest.mark.parametrize("claim", ["sub", "name"])
def test_a_person_is_one_printable_line(claim: str, person: object) -> None:
    with pytest.raises(TokenRefusedError, match=claim):
        verifier(oidc=settings(claim)).principal(token({**CLAIMS, claim: person}))


@pytest.mark.parametrize("verified", [None, False, "true", 1])
def test_an_address_names_a_person_once_the_issuer_has_verified_it(verified: object) -> None:
    by_mail = verifier(oidc=settings("email"))
    claims = {**CLAIMS, "email": "ana@example.org"}
    with pytest.raises(TokenRefusedError, match="not verified"):
        by_mail.principal(token({**claims, "email_verified": verified}))
    with pytest.raises(TokenRefusedError, match="not verified"):
        by_mail.principal(token(claims))
    assert by_mail.principal(token({**claims, "email_verified": True})).person == "ana@example.org"


def test_every_subject_is_a_caller_of_its_own() -> None:
    subjects = ["a", "b", 'a", "b', '", "', "a" * 255, "ä", "a\u0308"]
    callers = {
        verifier().principal(token({**CLAIMS, "sub": subject})).caller for subject in subjects
    }
    assert len(callers) == len(subjects)
    assert all(len(caller) == len("oidc:") + 64 for caller in callers)
