"""Lines of an import that takes several turns, and a way to act after the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.commands.importing.turns import FIRST_TURN
from tests.importing.lines import custody

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = 2 * FIRST_TURN + 30
LINES = [custody(str(number)) for number in range(MANY)]


def act_after_turn(act: Callable[[], object]) -> Callable[[int, int], None]:
    """Calls a function once, after the first turn."""
    left = [act]

    def act_once(recorded: int, _of: int) -> None:
        if recorded and left:
            left.pop()()

    return act_once
