"""Why the log refuses events that were rightly decided: something else was recorded first, or it is too late."""

from __future__ import annotations

from eventsourcing.persistence import IntegrityError

__all__ = ["ConflictError", "DeadlinePassedError", "StandingMovedError", "VersionTakenError"]


class ConflictError(IntegrityError):
    """It has to be decided again, on what is recorded by now. Any other IntegrityError is the database's own."""


class VersionTakenError(ConflictError):
    """The event's `version` does not follow `last`, the last of its stream; None where the stream has none."""

    def __init__(self, stream: str, version: int, last: int | None) -> None:
        super().__init__(f"version {version} of {stream} does not follow {last}")
        self.stream = stream
        self.last = last


class StandingMovedError(ConflictError):
    """A stream that an event rests on, and is not recorded in, stands at `last` and no more at `version`."""

    def __init__(self, stream: str, version: int, last: int | None) -> None:
        super().__init__(f"{stream} is at version {last}, not {version} any more")
        self.stream = stream
        self.last = last


class DeadlinePassedError(ConflictError):
    """The instant has come before which the events had to be recorded."""

    def __init__(self) -> None:
        super().__init__("the time for it is over")
