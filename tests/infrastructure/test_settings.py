from __future__ import annotations

import pytest

from infrastructure.settings import Settings, SettingsError


def test_every_setting_has_a_default() -> None:
    assert Settings.from_env({}) == Settings(
        database_url="sqlite:///parley.db",
        host="127.0.0.1",
        port=8000,
        actor="editor",
        max_body_bytes=1_048_576,
        log_origin="parley.local/log",
        log_key_file="parley.key",
        max_waiting=256,
        seal_key="",
        seal_key_file="parley.seal",
    )


def test_the_environment_is_read() -> None:
    environ = {
        "PARLEY_DATABASE_URL": "postgresql+psycopg://parley@db/parley",
        "PARLEY_HOST": "0.0.0.0",  # noqa: S104 -- read, not bound
        "PARLEY_PORT": "0",
        "PARLEY_ACTOR": "Ana Petrova",
        "PARLEY_MAX_BODY_BYTES": "10",
    }
    settings = Settings.from_env(environ)
    assert settings.database_url.endswith("@db/parley")
    assert (settings.port, settings.actor, settings.max_body_bytes) == (0, "Ana Petrova", 10)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARLEY_PORT", "eighty"),
        ("PARLEY_PORT", "65536"),
        ("PARLEY_PORT", "-1"),
        ("PARLEY_PORT", "٨٠"),
        ("PARLEY_MAX_BODY_BYTES", "0"),
        ("PARLEY_MAX_WAITING", "0"),
        ("PARLEY_ACTOR", " "),
        ("PARLEY_ACTOR", "two\nlines"),
        ("PARLEY_HOST", ""),
        ("PARLEY_LOG_ORIGIN", "two words"),
        ("PARLEY_LOG_ORIGIN", "a+b"),
        ("PARLEY_LOG_ORIGIN", ""),
        ("PARLEY_LOG_KEY_FILE", ""),
        ("PARLEY_SEAL_KEY", "nonsense"),
        ("PARLEY_SEAL_KEY", " "),
        ("PARLEY_SEAL_KEY", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ("PARLEY_SEAL_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="),
        ("PARLEY_SEAL_KEY_FILE", ""),
        ("PARLEY_DATABASE_URL", ""),
        ("PARLEY_DATABASE_URL", "parley.db"),
        ("PARLEY_DATABASE_URL", "mysql://localhost/parley"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as refused:
        Settings.from_env({name: value})
    assert refused.value.name == name


def test_a_refused_database_url_does_not_show_its_password() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"PARLEY_DATABASE_URL": "mysql://parley:secret@db/parley"})
    assert "secret" not in str(refused.value)


def test_a_seal_key_is_shown_neither_by_the_settings_nor_by_their_refusal() -> None:
    key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    settings = Settings.from_env({"PARLEY_SEAL_KEY": key})
    assert settings.seal_key == key
    assert key not in repr(settings)
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"PARLEY_SEAL_KEY": f"{key} AAECAwQ="})
    assert "AAECAwQ" not in str(refused.value)
