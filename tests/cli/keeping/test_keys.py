"""Commands make, list and revoke keys, and show and change the settings of a negotiation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from api.cli.ask import ask
from tests.importing.lines import SLUG

if TYPE_CHECKING:
    import pytest

    from tests.cli.conftest import Shell


def test_a_key_is_shown_once_and_listed_without_its_secret(parley: Shell) -> None:
    made = parley.out("keys", "create", "Ann", "--scope", "fact:read,fact:write", "--days", "7")
    key = made.strip()
    assert key.startswith("parley_")
    listed = json.loads(parley.out("keys", "list", "--json"))["items"]
    assert [(each["person"], each["scopes"]) for each in listed] == [
        ("Ann", ["fact:read", "fact:write"])
    ]
    assert listed[0]["expires_at"] > listed[0]["created_at"]
    assert key.split("_")[2] not in parley.out("keys", "list")


def test_a_key_is_revoked(parley: Shell) -> None:
    made = json.loads(parley.out("keys", "create", "Ann", "--scope", "admin", "--json"))
    assert "is revoked" in parley.out("keys", "revoke", made["id"])
    assert json.loads(parley.out("keys", "list", "--json"))["items"][0]["revoked_at"] is not None
    refused = parley("keys", "revoke", "nothing")
    assert refused.exit_code == 1
    assert "no key nothing" in refused.stderr


def test_a_scope_that_does_not_exist_is_wrong_usage(parley: Shell) -> None:
    for arguments in (("--scope", "fact:delete"), ()):
        assert parley("keys", "create", "Ann", *arguments).exit_code == 2
    assert json.loads(parley.out("keys", "list", "--json"))["items"] == []


def test_settings_are_shown_and_changed(parley: Shell) -> None:
    shown = json.loads(parley.out("settings", SLUG, "--json"))
    assert shown == {
        "negotiation": SLUG,
        "visibility": "public",
        "members": [],
        "review_record": False,
        "review_erasure": True,
    }
    changed = parley.out(
        "settings", SLUG, "--visibility", "private", "--member", "Ann", "--member", "Bo", "--json"
    )
    assert json.loads(changed) == {**shown, "visibility": "private", "members": ["Ann", "Bo"]}
    assert "Ann, Bo" in parley.out("settings", SLUG)
    assert parley("settings", "nowhere").exit_code == 1


def test_that_there_are_no_keys_is_said(light: Shell) -> None:
    assert light.out("keys", "list") == "There are no keys.\n"
    light.out("keys", "create", "Ann", "--scope", "admin")
    assert "There are no keys." not in light.out("keys", "list")


def test_members_are_named_anew_or_added_and_taken_out(light: Shell) -> None:
    def members() -> list[str]:
        found: list[str] = json.loads(light.out("settings", SLUG, "--json"))["members"]
        return found

    for person in ("Ann", "Bo"):
        light.out("keys", "create", person, "--scope", "fact:read")
    first = light("settings", SLUG, "--visibility", "private", "--member", "Ann", "--member", "Bo")
    assert first.stderr == ""
    added = light("settings", SLUG, "--add-member", "Cy", "--add-member", "ann")
    assert members() == ["Ann", "Bo", "Cy", "ann"]
    assert "Cy has no key" in added.stderr
    assert "ann has no key" in added.stderr
    assert "Removed" not in added.stderr
    taken = light("settings", SLUG, "--remove-member", "ann", "--remove-member", "Cy")
    assert members() == ["Ann", "Bo"]
    assert taken.stderr == "Removed: Cy, ann\n"
    assert light("settings", SLUG, "--member", "Bo").stderr == "Removed: Ann\n"
    refused = light("settings", SLUG, "--remove-member", "Ann")
    assert refused.exit_code == 1
    assert "Ann is not a member" in refused.stderr
    light.out("settings", SLUG, "--remove-member", "Bo")
    assert members() == []


def test_two_who_add_members_at_once_both_do(light: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    others = iter(["Bo", "Cy"])

    def outrun(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 -- as it comes
        seen = ask(*arguments, **options)
        if other := next(others, None):
            light.out("settings", SLUG, "--add-member", other)
        return seen

    monkeypatch.setattr("api.cli.writing.settings.ask", outrun)
    light.out("settings", SLUG, "--add-member", "Ann")
    assert json.loads(light.out("settings", SLUG, "--json"))["members"] == ["Ann", "Bo", "Cy"]
