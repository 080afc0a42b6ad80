"""Why a witness does not co-sign.

WitnessError
    FolderError     its folder is not as it left it, or is used by another
    RefusalError    what the log shows now is not to be co-signed, or nothing can be had from it
"""

from __future__ import annotations

__all__ = ["FolderError", "RefusalError", "WitnessError"]


class WitnessError(Exception):
    """Nothing was co-signed; the message says why."""


class FolderError(WitnessError):
    """The folder cannot be worked in until somebody has looked at it."""


class RefusalError(WitnessError):
    """The log is refused for now; it may be asked again."""
