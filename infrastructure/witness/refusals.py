"""The reasons why a witness does not co-sign.

WitnessError
    FolderError     its folder was changed, or another process uses it
    RefusalError    the log's checkpoint must not be co-signed, or the log cannot be reached
"""

from __future__ import annotations


class WitnessError(Exception):
    """Nothing was co-signed; the message says why."""


class FolderError(WitnessError):
    """The folder cannot be used until a person has looked at it."""


class RefusalError(WitnessError):
    """The log is refused for now; the witness may try again."""
