"""A person at a terminal sees how far a long command has come; a program sees nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from api.cli.text import consoles


@contextmanager
def progress_bar(doing: str, total: int | None) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on standard error while it is a terminal; it is told (done, of how many).

    It shows the share that is done, how many are done a second, and how much time has passed and is left. `doing` says
    what is under way.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    times = (_Rate(), TimeElapsedColumn(), TimeRemainingColumn(compact=True))
    _, errors = consoles()
    shown = Progress(
        *columns, TaskProgressColumn(), *times, console=errors, transient=True,
        disable=not errors.is_terminal,
    )  # fmt: skip
    with shown:
        task = shown.add_task(doing, total=total)

        def advance(done: int, of: int | None) -> None:
            shown.update(task, completed=done, total=of)

        yield advance


class _Rate(ProgressColumn):
    """How many are done a second, lately."""

    def render(self, task: Task) -> Text:
        """The rate; nothing before there is one."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s", style="progress.data.speed")
