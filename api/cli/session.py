"""A command opens the record while it runs; a refusal is one line that says why."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, Final, cast, get_args

import typer
from typer.core import TyperGroup

from api.cli.interrupts import INTERRUPTED, was_interrupted
from api.cli.text import echo, print_json, visible_line
from api.commands.json_text import write_json
from api.composition import Parley, compose
from domain.errors import RecordError
from infrastructure.database.database import refuse_other_file
from infrastructure.database.lanes import Lane, in_lane
from infrastructure.database.trouble import describe_trouble
from infrastructure.database.working_alone import NotAloneError
from infrastructure.errors import OF_STORAGE, DatabaseRefusedError, ReadOnlyError
from infrastructure.key_files import database_file
from infrastructure.log.errors import OutcomeUnknownError
from infrastructure.log.recorder import EventRecorder
from infrastructure.proofs.log_key import LogKeyError
from infrastructure.setting_values import SettingsError
from infrastructure.settings import Settings

UNKNOWN_OUTCOME: Final = (
    "this was recorded completely or not at all; "
    "look with parley changes or parley show before you run the command again"
)


_NO_NEGOTIATION: Final = "no negotiation "
_PLACES: Final = frozenset({"FILE", "FOLDER", "SOURCE", "TARGET", "URL"})
"""The names in the help for parameters that are a file, a folder or an address."""


class CommandRefusedError(Exception):
    """The command cannot do what was asked; the message says why."""


REFUSALS: Final = (
    CommandRefusedError,
    RecordError,
    SettingsError,
    DatabaseRefusedError,
    ReadOnlyError,
    LogKeyError,
    NotAloneError,
    *OF_STORAGE,
    OSError,
)


class RefusingGroup(TyperGroup):
    """Commands that end a refusal with one line on standard error and exit status 1.

    The message about a wrong use repeats arguments, so characters in it that act on the terminal are replaced too.
    """

    def make_context(self, *args: Any, **more: Any) -> Any:  # noqa: ANN401 -- as below
        """Read the arguments of the group."""
        with _visible_faults():
            return super().make_context(*args, **more)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 -- as below
        """The command with a name; it refuses an empty text for a file or an address."""
        command = super().get_command(ctx, cmd_name)
        for each in (command, *getattr(command, "commands", {}).values()):
            for parameter in () if each is None else each.params:
                annotation = parameter.type_descriptor.annotation
                if parameter.metavar in _PLACES or Path in {annotation, *get_args(annotation)}:
                    parameter.process_value = partial(_refuse_empty, parameter)
        return command

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 -- typer keeps its context's class to itself
        """Run the command."""
        try:
            with _visible_faults():
                return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except (typer.Abort, *REFUSALS) as refusal:
            if was_interrupted():
                if isinstance(refusal, typer.Abort):  # a question stands on the line
                    echo("", err=True)
                raise typer.Exit(INTERRUPTED) from refusal
            if isinstance(refusal, typer.Abort):
                raise
            echo(f"parley: {describe_refusal(refusal)}", err=True)
            raise typer.Exit(1) from refusal


def _refuse_empty(parameter: Any, ctx: Any, value: Any) -> Any:  # noqa: ANN401 -- as above
    """The value of a parameter that is a file, a folder or an address; BadParameter if it is an empty text."""
    if value == "":
        raise typer.BadParameter("write a name, not an empty text", ctx=ctx, param=parameter)
    return type(parameter).process_value(parameter, ctx, value)


def refuse_in_a_line(command: Callable[[], object]) -> Callable[[], None]:
    """A function that runs a command, and prints one line if, for example, its help cannot be written."""

    def run() -> None:
        try:
            command()
        except OSError as refusal:
            echo(f"parley: {describe_refusal(refusal)}", err=True)
            raise SystemExit(1) from refusal

    return run


@contextmanager
def _visible_faults() -> Iterator[None]:
    """Replace the characters that act on a terminal in the message about a wrong use of a command."""
    try:
        yield
    except typer.TyperException as error:
        say_it: Callable[[], str] | None = getattr(error, "format_message", None)
        if say_it is not None:
            told = visible_line(say_it().replace("\n\t", " ").replace(": Value error, ", ": "))
            vars(error)["format_message"] = lambda: told
        raise


def describe_refusal(refusal: BaseException) -> str:
    """One line that says why."""
    if isinstance(refusal, OutcomeUnknownError):
        return f"a commit broke off: {describe_trouble(refusal)}; {UNKNOWN_OUTCOME}"
    if isinstance(refusal, OSError) and refusal.strerror:
        place = "" if refusal.filename is None else f"{refusal.filename}: "
        return f"{place}{refusal.strerror}"
    told = describe_trouble(refusal)
    return (
        f"{told}; parley list shows the negotiations" if told.startswith(_NO_NEGOTIATION) else told
    )


def settings() -> Settings:
    """The settings of the environment."""
    return Settings.from_env(os.environ)


@contextmanager
def open_record(
    *,
    upgrade: bool = False,
    signs: bool = False,
    read_only: bool = False,
    indexes: bool = True,
    lane: Lane = "writing",
) -> Iterator[Parley]:
    """Open the record in the database of the settings; CommandRefusedError if the database is missing or outdated.

    It is opened for reading alone if it is `read_only`, or if the settings say so. If it `indexes`, what is recorded in
    the block is added to the full text after it.
    """
    current = settings()
    current = replace(current, read_only=current.read_only or read_only)
    if not upgrade or current.read_only:
        _refuse_missing(current)
    parley = _compose(current, upgrade=upgrade, signs=signs)
    try:
        if not parley.ready()["schema"]:
            raise CommandRefusedError(
                "the database is of an older or newer Parley; for an older one, run: parley db upgrade"
            )
        with in_lane(lane):
            yield parley
            if indexes:
                _index(parley)
    finally:
        parley.close()


@contextmanager
def open_in_memory() -> Iterator[Parley]:
    """Open an empty record in memory, in place of a database that does not exist yet."""
    parley = compose(replace(settings(), database_url="sqlite://", read_only=False))
    try:
        yield parley
    finally:
        parley.close()


def is_missing() -> bool:
    """Whether the database of the settings is a file that does not exist yet, but can be created."""
    current = settings()
    file = database_file(current.database_url)
    return file is not None and not file.exists() and not current.read_only


def _compose(current: Settings, *, upgrade: bool, signs: bool) -> Parley:
    """Open the record, and show how far an upgrade of its tables has come."""
    with ExitStack() as shown:
        bar: Callable[[int, int], None] | None = None

        def show(reached: int, last: int) -> None:
            nonlocal bar
            if bar is None:
                from api.cli.progress import progress_bar  # noqa: PLC0415 -- rich's bars take 10 ms to import

                bar = shown.enter_context(progress_bar("upgrading", last))
            bar(reached, last)

        return compose(current, upgrade=upgrade, signs=signs, progress=show)


def _index(parley: Parley) -> None:
    """Add what the command recorded to the full text; where that fails, the next search reads the new events itself."""
    recorder = cast("EventRecorder", parley.ledger.recorder)
    if recorder.committed_transactions:
        from api.cli.progress import progress_bar  # noqa: PLC0415 -- rich's bars take 10 ms to import

        with suppress(*OF_STORAGE), progress_bar("indexing", None) as bar:
            parley.catch_up(bar)


def _refuse_missing(current: Settings) -> None:
    file = database_file(current.database_url)
    if file is None:
        return
    refuse_other_file(file)
    if not file.exists():
        raise CommandRefusedError(f"there is no database {file} yet; run: parley db upgrade")


def say(answer: object) -> None:
    """Print one JSON document, the bytes that the API answers."""
    print_json(write_json(answer))


def end_when_terminated() -> None:
    """Let SIGTERM end the command, which runs until it is stopped, as if it had completed."""
    signal.signal(signal.SIGTERM, _complete)


def _complete(_number: int, _frame: FrameType | None) -> None:
    raise typer.Exit(0)
