"""Keeps the issuer's last readable keys, so that people can sign in while the issuer is unreachable.

A file is read for each token, and parsed again if it changed. An address is fetched when the keys are ten minutes old,
or when a token names an unknown key, but at most once in half a minute, so that tokens cannot cause many requests to
the issuer.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from infrastructure.identity.published_keys import KeysError, PublishedKeys
from infrastructure.identity.token_errors import IssuerOutOfReachError
from infrastructure.outbound.address import address
from infrastructure.outbound.get import FetchError, fetch

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST: Final = 262_144
"""The most bytes that a JWK Set may have."""
FETCH_SECONDS: Final = 5.0
AGAIN_AFTER: Final = 30.0
OLD_AFTER: Final = 600.0

_logger: Final = logging.getLogger(__name__)


class IssuerKeySource(Protocol):
    """A place that the issuer's keys are read from."""

    def keys(self) -> PublishedKeys:
        """The keys at hand; IssuerOutOfReachError if there are none."""

    def newer_keys(self) -> PublishedKeys:
        """The keys, fetched again if that is due; for a token whose key is not among those at hand."""


def open_issuer_keys(place: str) -> IssuerKeySource:
    """The source of the keys at an https URL, or in a file; AddressError for another URL."""
    if "://" not in place:
        return IssuerKeyFile(Path(place))
    address(place)
    return IssuerKeyAddress(place)


class IssuerKeyFile:
    """The keys in a file, read again whenever the file changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: tuple[bytes, PublishedKeys] = (b"", PublishedKeys(()))
        self._fault = ""

    def keys(self) -> PublishedKeys:
        """The keys in the file; if it cannot be read, the keys that it had before."""
        try:
            content = self._read()
            if content != self._held[0]:
                self._held = (content, PublishedKeys.of(content))
            self._fault = ""
        except (OSError, KeysError) as error:
            self._say(str(error))
        return _require_keys(self._held[1])

    def newer_keys(self) -> PublishedKeys:
        """The keys in the file, which is read each time."""
        return self.keys()

    def _read(self) -> bytes:
        with self._path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise KeysError(f"larger than {LARGEST} bytes")
        return content

    def _say(self, fault: str) -> None:
        """Log a fault once, not for each request."""
        if fault != self._fault:
            _logger.warning("the issuer's keys cannot be read from their file: %s", fault)
        self._fault = fault


class IssuerKeyAddress:
    """The keys that are published at an address. One thread fetches at a time; the others use the keys at hand.

    They wait for the fetching thread only while there are no keys.
    """

    def __init__(self, url: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._monotonic = monotonic
        self._lock = Lock()
        self._asked_at: float | None = None
        self._had_at = 0.0
        self._held = PublishedKeys(())

    def keys(self) -> PublishedKeys:
        """The keys at hand, fetched again if they are old."""
        if not self._held.keys:
            self._ask(wait=True)
        elif self._monotonic() - self._had_at >= OLD_AFTER:
            self._ask(wait=False)
        return _require_keys(self._held)

    def newer_keys(self) -> PublishedKeys:
        """The keys, fetched again unless another thread is fetching or the last try is less than half a minute old."""
        self._ask(wait=not self._held.keys)
        return _require_keys(self._held)

    def _ask(self, *, wait: bool) -> None:
        if not self._lock.acquire(blocking=wait):
            return
        try:
            now = self._monotonic()
            if self._asked_at is not None and now - self._asked_at < AGAIN_AFTER:
                return
            self._asked_at = now
            self._held = PublishedKeys.of(fetch(self._url, seconds=FETCH_SECONDS, most=LARGEST))
            self._had_at = now
        except (FetchError, KeysError) as error:
            _logger.warning("the issuer's keys cannot be fetched: %s", error)
        finally:
            self._lock.release()


def _require_keys(keys: PublishedKeys) -> PublishedKeys:
    if not keys.keys:
        raise IssuerOutOfReachError(
            "the issuer's keys cannot be fetched, so no token can be checked: try again later"
        )
    return keys
