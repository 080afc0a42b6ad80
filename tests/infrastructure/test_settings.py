from __future__ import annotations

import pytest
from limits import parse

from infrastructure.database.lanes import TimeLimits
from infrastructure.nats_settings import NatsSettings
from infrastructure.oidc_settings import OidcSettings
from infrastructure.setting_values import SettingsError
from infrastructure.settings import Settings


def test_every_setting_has_a_default() -> None:
    assert Settings.from_env({}) == Settings(
        database_url="sqlite:///parley.db",
        host="127.0.0.1",
        port=8000,
        workers=1,
        prepare_threshold=5,
        read_only=False,
        writer_url="",
        actor="editor",
        max_body_bytes=1_048_576,
        max_import_bytes=268_435_456,
        max_kept_bytes=134_217_728,
        log_origin="parley.local/log",
        log_key_file="parley.key",
        max_waiting=256,
        max_writing=64,
        statement_seconds=15,
        log_seconds=10,
        anonymous_scopes=("fact:read", "audit:read"),
        oidc=None,
        nats=NatsSettings(
            url=("nats://127.0.0.1:4222",), credentials="", stream="PARLEY", subject="parley"
        ),
        rate_reads=parse("12000/minute"),
        rate_work=parse("30000/minute"),
        rate_writes=parse("6000/minute"),
        rate_refusals=parse("60/minute"),
        rate_storage="",
        allowed_hosts=(),
        trusted_proxies=(),
        seal_key="",
        seal_key_file="parley.seal",
        change_request_days=7,
        idempotency_hours=48,
        session_hours=12,
        contact="",
        index_people=False,
        cache_seconds=600,
        purge_url="",
    )


def test_the_environment_is_read() -> None:
    environ = {
        "PARLEY_DATABASE_URL": "postgresql+psycopg://parley@db/parley",
        "PARLEY_PREPARE_THRESHOLD": "",
        "PARLEY_READ_ONLY": "true",
        "PARLEY_WRITER_URL": "https://parley.example",
        "PARLEY_HOST": "0.0.0.0",  # noqa: S104 -- read, not bound
        "PARLEY_PORT": "0",
        "PARLEY_ACTOR": "Ana Petrova",
        "PARLEY_MAX_BODY_BYTES": "10",
        "PARLEY_MAX_IMPORT_BYTES": "20",
        "PARLEY_CHANGE_REQUEST_DAYS": "3650",
        "PARLEY_MAX_WAITING": "9",
        "PARLEY_LOG_SECONDS": "3",
        "PARLEY_IDEMPOTENCY_HOURS": "24",
        "PARLEY_CACHE_SECONDS": "0",
        "PARLEY_RATE_READS": "",
        "PARLEY_CONTACT": "desk@paper.example",
        "PARLEY_INDEX_PEOPLE": "true",
        "PARLEY_RATE_WRITES": "7 per 2 hours",
        "PARLEY_ALLOWED_HOSTS": "Parley.example., *.b.example,",
        "PARLEY_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
    }
    settings = Settings.from_env(environ)
    assert settings.database_url.endswith("@db/parley")
    assert (settings.port, settings.actor, settings.max_body_bytes) == (0, "Ana Petrova", 10)
    assert settings.max_import_bytes == 20
    assert settings.prepare_threshold is None
    assert (settings.read_only, settings.writer_url) == (True, "https://parley.example")
    assert (settings.contact, settings.index_people) == ("desk@paper.example", True)
    assert settings.change_request_days == 3_650
    assert (settings.max_waiting, settings.max_writing) == (9, 9)
    assert settings.limits == TimeLimits(statement=15, log=3)
    assert (settings.idempotency_hours, settings.cache_seconds) == (24, 0)
    assert settings.rate_reads is None
    assert settings.rate_writes is not None
    assert (settings.rate_writes.amount, settings.rate_writes.get_expiry()) == (7, 7_200)
    assert settings.allowed_hosts == ("parley.example", "*.b.example")
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")


def test_the_former_name_of_a_setting_holds_where_the_present_one_is_not_set() -> None:
    former = {"PARLEY_PROPOSAL_DAYS": "9"}
    assert Settings.from_env(former).change_request_days == 9
    both = {**former, "PARLEY_CHANGE_REQUEST_DAYS": "3"}
    assert Settings.from_env(both).change_request_days == 3


OIDC = {
    "PARLEY_OIDC_ISSUER": "https://login.example/realms/desk",
    "PARLEY_OIDC_AUDIENCE": "parley",
    "PARLEY_OIDC_JWKS": "https://login.example/keys?of=desk",
}


def test_an_issuer_is_set_with_its_audience_and_its_keys() -> None:
    assert Settings.from_env(OIDC).oidc == OidcSettings(
        issuer="https://login.example/realms/desk",
        audience="parley",
        jwks="https://login.example/keys?of=desk",
        algorithms=("RS256", "ES256", "EdDSA", "Ed25519"),
        person_claim="sub",
    )


@pytest.mark.parametrize("missing", OIDC)
def test_an_issuer_without_its_audience_or_its_keys_is_refused(missing: str) -> None:
    with pytest.raises(SettingsError, match="or none of them") as refused:
        Settings.from_env({name: value for name, value in OIDC.items() if name != missing})
    assert refused.value.name == missing


@pytest.mark.parametrize(
    "place",
    [
        "keys.json",
        "/etc/parley/keys.json",
        "https://login.example:8443/keys",
        "http://localhost:9000/keys",
        "http://127.0.0.1/keys",
        "http://[::1]:9000/keys",
    ],
)
def test_keys_are_in_a_file_or_come_over_tls_or_from_this_machine(place: str) -> None:
    oidc = Settings.from_env({**OIDC, "PARLEY_OIDC_JWKS": place}).oidc
    assert oidc is not None
    assert oidc.jwks == place


@pytest.mark.parametrize(
    "place",
    [
        "http://login.example/keys",
        "http://127.0.0.1.example/keys",
        "http://localhost.example/keys",
        "http://10.0.0.1/keys",
        "ftp://localhost/keys",
        "file:///etc/parley/keys.json",
        "https:///keys",
        "https://parley:secret@login.example/keys",
        "https://login.example/keys#now",
        "https://login.example:eighty/keys",
        "https://login.example/two words",
        "https://login.éxample/keys",
        " ",
    ],
)
def test_keys_from_anywhere_else_are_refused_without_showing_a_password(place: str) -> None:
    with pytest.raises(SettingsError, match="PARLEY_OIDC_JWKS") as refused:
        Settings.from_env({**OIDC, "PARLEY_OIDC_JWKS": place})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("value", ["RS256", "PS512,ES384", "Ed25519, EdDSA"])
def test_signatures_of_key_pairs_may_be_pinned(value: str) -> None:
    oidc = Settings.from_env({**OIDC, "PARLEY_OIDC_ALGORITHMS": value}).oidc
    assert oidc is not None
    assert list(oidc.algorithms) == value.replace(",", " ").split()


@pytest.mark.parametrize("value", ["", " ", "none", "HS256", "RS256 HS512", "rs256", "ES256K", "x"])
@pytest.mark.parametrize("others", [{}, OIDC], ids=["alone", "with an issuer"])
def test_no_other_signature_may_be_pinned(value: str, others: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="PARLEY_OIDC_ALGORITHMS"):
        Settings.from_env({**others, "PARLEY_OIDC_ALGORITHMS": value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARLEY_PORT", "eighty"),
        ("PARLEY_PORT", "65536"),
        ("PARLEY_PORT", "-1"),
        ("PARLEY_PORT", "٨٠"),
        ("PARLEY_MAX_BODY_BYTES", "0"),
        ("PARLEY_MAX_WAITING", "0"),
        ("PARLEY_MAX_WRITING", "0"),
        ("PARLEY_LOG_SECONDS", "0"),
        ("PARLEY_STATEMENT_SECONDS", "1.5"),
        ("PARLEY_RATE_READS", "many"),
        ("PARLEY_RATE_WRITES", "0/minute"),
        ("PARLEY_RATE_WRITES", "5/minute; 6/hour"),
        ("PARLEY_RATE_STORAGE", "redis"),
        ("PARLEY_RATE_STORAGE", "ftp://host"),
        ("PARLEY_ALLOWED_HOSTS", "https://parley.example"),
        ("PARLEY_ALLOWED_HOSTS", "*example"),
        ("PARLEY_ALLOWED_HOSTS", "a.example:8000"),
        ("PARLEY_TRUSTED_PROXIES", "*"),
        ("PARLEY_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("PARLEY_TRUSTED_PROXIES", "proxy.example"),
        ("PARLEY_ACTOR", " "),
        ("PARLEY_ACTOR", "two\nlines"),
        ("PARLEY_PREPARE_THRESHOLD", "0"),
        ("PARLEY_PREPARE_THRESHOLD", "none"),
        ("PARLEY_READ_ONLY", "yes"),
        ("PARLEY_PURGE_URL", "parley.example"),
        ("PARLEY_WRITER_URL", "parley.example"),
        ("PARLEY_WRITER_URL", "ftp://parley.example"),
        ("PARLEY_WRITER_URL", "https://user@parley.example"),
        ("PARLEY_HOST", ""),
        ("PARLEY_LOG_ORIGIN", "two words"),
        ("PARLEY_LOG_ORIGIN", "a+b"),
        ("PARLEY_LOG_ORIGIN", ""),
        ("PARLEY_LOG_KEY_FILE", ""),
        ("PARLEY_OIDC_PERSON_CLAIM", ""),
        ("PARLEY_OIDC_PERSON_CLAIM", "two words"),
        ("PARLEY_SEAL_KEY", "nonsense"),
        ("PARLEY_SEAL_KEY", " "),
        ("PARLEY_SEAL_KEY", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ("PARLEY_SEAL_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="),
        ("PARLEY_SEAL_KEY_FILE", ""),
        ("PARLEY_NATS_URL", "127.0.0.1:4222"),
        ("PARLEY_NATS_URL", "nats://a:4222, http://b"),
        ("PARLEY_NATS_URL", "nats://a:port"),
        ("PARLEY_NATS_STREAM", "two.words"),
        ("PARLEY_NATS_SUBJECT", "parley.>"),
        ("PARLEY_NATS_SUBJECT", "parley."),
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
