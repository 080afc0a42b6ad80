"""Several checks of one thing tell of all that is wrong, and not only of what the first of them found."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, TypeVar

from domain.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from domain.errors import Fault

__all__ = ["Gathering"]

P = ParamSpec("P")
R = TypeVar("R")


class Gathering:
    """The faults that checks have found so far."""

    def __init__(self, faults: Iterable[Fault] = (), more: int = 0) -> None:
        self._faults = [*faults]
        self._more = more

    @property
    def found(self) -> bool:
        """Whether there are any."""
        return bool(self._faults)

    def take(self, check: Callable[P, R], *given: P.args, **named: P.kwargs) -> R | None:
        """What a check gives; None where it found faults, which are kept."""
        try:
            return check(*given, **named)
        except ContentError as error:
            self._faults += error.faults
            self._more += error.more
            return None

    def refuse(self) -> None:
        """ContentError with all faults, each once, where there are any."""
        if self._faults:
            raise ContentError(*dict.fromkeys(self._faults), more=self._more)
