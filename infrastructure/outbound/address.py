"""Reads addresses of the web; one to fetch from has to use TLS or be on this machine."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit


class AddressError(ValueError):
    """A URL is refused; the message says what to write."""


def address(url: str) -> SplitResult:
    """The parts of an https URL, or of an http URL on this machine; AddressError for any other."""
    parts = web_parts(url)
    if parts.scheme != "https" and not _is_loopback(str(parts.hostname)):
        raise AddressError("write an https URL, or an http URL of this machine")
    return parts


def web_parts(url: str) -> SplitResult:
    """The parts of an http or https URL; AddressError for any other."""
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise AddressError("write a URL of printable ASCII characters")
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise AddressError("write a URL, such as https://parley.example") from None
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressError("write a URL with a host, and without a user or a fragment")
    if parts.scheme not in {"http", "https"}:
        raise AddressError("write an http or https URL")
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False
