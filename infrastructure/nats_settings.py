"""The settings of the stream that `parley relay` writes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

from infrastructure.setting_values import line, printable, setting, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping

NATS: Final = "nats_"
"""The prefix of the settings of the stream."""
_SCHEMES: Final = ("nats", "tls", "ws", "wss")
_STREAM: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_SUBJECT: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def _servers(text: str) -> tuple[str, ...]:
    """Addresses of the servers of one cluster."""
    addresses = tuple(part.strip() for part in line(text).split(",") if part.strip())
    for address in addresses:
        if not _is_address(address):
            raise ValueError(
                f"write addresses with commas between, such as nats://127.0.0.1:4222; each begins with one of"
                f" {', '.join(f'{scheme}://' for scheme in _SCHEMES)}"
            )
    return addresses


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.hostname) and " " not in text


def _stream(text: str) -> str:
    """The name of a stream."""
    if not _STREAM.fullmatch(text):
        raise ValueError("write letters, digits, - and _")
    return text


def _subject(text: str) -> str:
    """The beginning of subjects."""
    if not _SUBJECT.fullmatch(text):
        raise ValueError("write words of letters, digits, - and _, with dots between")
    return text


@dataclass(frozen=True)
class NatsSettings:
    """The NATS servers, and the stream there that the log is relayed to."""

    url: tuple[str, ...] = setting(
        _servers,
        "nats://127.0.0.1:4222",
        "the NATS servers that `parley relay` publishes to, separated by commas; `tls://` for TLS. A user and a"
        " password, or a token, may stand before the host",
        secret=True,
    )
    credentials: str = setting(
        printable,
        "",
        "the credentials file of a NATS user (`.creds`), mode 0600, where the servers ask for one",
    )
    stream: str = setting(
        _stream,
        "PARLEY",
        "the JetStream stream that holds the log. `parley relay` creates it if it is missing",
    )
    subject: str = setting(
        _subject,
        "parley",
        "how the subjects of its messages begin, such as `parley.public.us-belarus.fact.recorded`",
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings of the stream; SettingsError for the first that is wrong."""
        return cls(**values_of(cls, environ, NATS))
