"""What the tests give httpx in place of all authorities' certificates, which take it 35 ms to read for each client."""

from __future__ import annotations

import ssl
from typing import Final

PLAIN: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: for servers that speak HTTP without TLS."""
