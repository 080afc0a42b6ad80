"""The errors of a log that refuses valid events: something else was recorded first, or it is too late."""

from __future__ import annotations

from eventsourcing.persistence import IntegrityError


class ConflictError(IntegrityError):
    """The change must be decided again, from the log as it is now. Any other IntegrityError comes from the database."""


class VersionTakenError(ConflictError):
    """An event's version does not follow `last`, the last version of its stream; None if the stream is new."""

    def __init__(self, stream: str, version: int, last: int | None) -> None:
        super().__init__(f"version {version} of {stream} does not follow {last}")
        self.stream = stream
        self.last = last


class StandingMovedError(ConflictError):
    """Another stream, which an event depends on, is now at version `last`, no longer at the expected one."""

    def __init__(self, stream: str, version: int, last: int | None) -> None:
        super().__init__(f"{stream} is at version {last}, not {version} any more")
        self.stream = stream
        self.last = last


class DeadlinePassedError(ConflictError):
    """The events were not recorded before their deadline."""

    def __init__(self) -> None:
        super().__init__("the deadline has passed")
