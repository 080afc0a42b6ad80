"""Collects the faults of several checks, so that one error reports all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, TypeVar

from domain.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from domain.errors import Fault

P = ParamSpec("P")
R = TypeVar("R")


class Gathering:
    """The faults that the checks have found so far; `more` counts further ones that are not kept."""

    def __init__(self, faults: Iterable[Fault] = (), more: int = 0) -> None:
        self._faults = [*faults]
        self._more = more

    @property
    def found(self) -> bool:
        """Whether a check has found a fault."""
        return bool(self._faults)

    def take(self, check: Callable[P, R], *args: P.args, **named: P.kwargs) -> R | None:
        """Run a check and give its result; None if it raised a ContentError, whose faults are kept."""
        try:
            return check(*args, **named)
        except ContentError as error:
            self._faults += error.faults
            self._more += error.more
            return None

    def refuse(self) -> None:
        """Raise a ContentError with all faults, each once; do nothing if there are none."""
        if self._faults:
            raise ContentError(*dict.fromkeys(self._faults), more=self._more)
