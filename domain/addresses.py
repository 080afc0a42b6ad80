"""Checks that an address in a citation leads to a web page, and to nothing else: http or https, a host, and no user.

It is kept as it was written. RFC 3986, and RFC 3987 for letters of other scripts than Latin.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

LONGEST_ADDRESS: Final = 2_048
_LONGEST_HOST: Final = 253
_LONGEST_LABEL: Final = 63
_NOT_WRITTEN: Final = re.compile(r'[\s\\<>"]')
_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")

_BRACKETED: Final = re.compile(r"\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")


def address_fault(text: str) -> str | None:
    """Say why a text is no address of a page, and what to write instead; None where it is one."""
    if len(text) > LONGEST_ADDRESS:
        return f"write an address of at most {LONGEST_ADDRESS} characters, not {len(text)}"
    if _NOT_WRITTEN.search(text) or not text.isprintable():
        return (
            "blanks, backslashes, quotation marks, '<', '>' and what is not seen have no place in an address: write"
            " them percent-encoded"
        )
    try:
        return _fault_of(urlsplit(text))
    except ValueError:
        return "write an address, such as https://example.org/page"


def _fault_of(parts: SplitResult) -> str | None:
    """Say what is wrong with the parts of an address, None if nothing is; ValueError for a port that is no number."""
    if parts.scheme not in {"http", "https"}:
        return "write an address that begins with http:// or https://"
    if "@" in parts.netloc:
        return "leave out the user and the password before the host of the address"
    if parts.port == 0 or parts.netloc.endswith(":") or not _is_host(parts):
        return "write an address with a host, such as https://example.org"
    return None


def _is_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if parts.netloc.startswith("["):
        return _BRACKETED.fullmatch(parts.netloc) is not None and _is_number(host)
    labels = host.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _is_number(host)
    plain = unicodedata.normalize("NFKC", host) == host
    return plain and len(host) <= _LONGEST_HOST and all(map(_is_label, labels))


def _is_label(label: str) -> bool:
    letters = all(
        character in "-_" or unicodedata.category(character)[0] in "LMN" for character in label
    )
    edges = label.startswith("-") or label.endswith("-")
    return letters and not edges and 0 < len(label) <= _LONGEST_LABEL


def _is_number(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host) is not None
    return False
