"""An SSL context for httpx in tests, since reading the certificates of all authorities takes 35 ms for each client."""

from __future__ import annotations

import ssl
from typing import Final

PLAIN: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no authority; for servers that use HTTP without TLS."""
