"""Changes a record behind Parley's back, runs `parley verify`, and asks questions if it finds nothing.

A change that verify does not find must change no answer. How a database is restored and changed depends on its kind.
"""

from __future__ import annotations

import signal
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from typer import Typer
from typer.testing import CliRunner

from api.cli.keeping import verify
from api.cli.session import RefusingGroup
from api.http.app import create_app
from tests.faults.watched.kept_record import NOW
from tests.faults.watched.questions import list_differing, questions, read_answers
from tests.thorough import choose_count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.faults.watched.kept_record import KeptRecord
    from tests.faults.watched.questions import Answers, Question

PATIENCE_SECONDS: Final = 120
DRAWN: Final = choose_count(25, 80)
"""The number of single things to ask for after each change, and of lists: more in the long form."""
KEPT_FILES: Final = ("parley.key", "parley.key.checkpoint", "saved")

commands: Final = Typer(cls=RefusingGroup)
"""`parley verify` alone, run as in the real program."""
commands.callback()(lambda: None)
commands.command()(verify.verify)


class UndetectedError(AssertionError):
    """An answer has changed, and `parley verify` finds nothing wrong."""


class UnfitError(AssertionError):
    """The command did not end properly: with a status and at most one line that says why."""


@dataclass
class Figures:
    """The number of changes and of detected ones; the others changed no answer."""

    made: int = 0
    detected: int = 0
    harmless: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        rest = ", ".join(f"{kind} {times}" for kind, times in self.harmless.most_common())
        unseen = self.harmless.total()
        return (
            f"{self.made} made, {self.detected} found out, {unseen} that change no answer"
            f"{': ' if rest else ''}{rest}"
        )


class Trials:
    """Judges changes of one record, whose changed database is at `record.url`.

    After each change it draws questions anew: so many lists and states as the editor, and so many others. With a
    `share`, only that part of all questions is used, drawn at the beginning.
    """

    def __init__(self, record: KeptRecord, random: Random, share: float = 1) -> None:
        self.figures = Figures()
        self._record = replace(record, now=NOW)
        self._kept = {name: (record.folder / name).read_bytes() for name in KEPT_FILES}
        self._random = random
        self._parley = self._record.open_record()
        self._app = create_app(self._parley)
        every = questions(self._app, self._record, self._parley.ready()["log"])
        every = random.sample(every, round(len(every) * share))
        self._right = self._answers(every)
        if errors := [each for each, reply in self._right.items() if reply.status >= 500]:
            raise UnfitError(f"a record that nobody changed does not answer {errors[0]}")
        self._ones = [each for each in every if not each.of_all]
        self._lists = [each for each in every if each.of_all]
        self.release()
        if self._verification_fails("nothing"):
            raise UnfitError("a record that nobody changed is not found to be whole")

    def judge(self, kind: str, where: str) -> None:
        """Verify the database as it is now; if nothing is found, ask it: UndetectedError if answers differ."""
        self.figures.made += 1
        if self._verification_fails(where):
            self.figures.detected += 1
            return
        asked = [
            each
            for some in (self._lists, self._ones)
            for each in self._random.sample(some, min(DRAWN, len(some)))
        ]
        # Repeated requests come last: without its stored response, a request is executed anew and changes the record.
        asked.sort(key=lambda each: each.again is not None)
        changed = list_differing(self._right, self._answers(asked))
        if changed:
            raise UndetectedError(
                f"{where} changes {len(changed)} of {len(asked)} answers, unseen: {changed[0]}"
            )
        self.figures.harmless[kind] += 1

    def release(self) -> None:
        """Close the connections, and forget the files and detected damage, so that another database can follow."""
        self._parley.database.damage.seen = False
        self._parley.database._pools.dispose()
        if (opened := self._parley.database._open_files) is not None:
            opened._identities.clear()
        for name, content in self._kept.items():
            (self._record.folder / name).write_bytes(content)

    def close(self) -> None:
        """Close it; the record's files are as they were."""
        self.release()
        self._parley.close()

    def _verification_fails(self, where: str) -> bool:
        arguments = ["verify", "--checkpoint", str(self._record.saved_checkpoint)]
        with _limit_time(where):
            done = CliRunner().invoke(commands, arguments, env=self._record.settings)
        if not (done.exception is None or isinstance(done.exception, SystemExit)):
            raise UnfitError(f"{where}: a traceback of {done.exception!r}") from done.exception
        lines = done.stderr.splitlines()
        fit = not lines if done.exit_code == 0 else len(lines) == 1 and "parley: " in lines[0]
        if done.exit_code not in {0, 1, 2} or not fit:
            raise UnfitError(f"{where}: status {done.exit_code}, and {done.stderr!r}")
        return done.exit_code != 0

    def _answers(self, asked: list[Question]) -> Answers:
        """The answers of a server that starts with this database; the projections are caught up first."""
        self._parley.follow()
        assert self._parley.publisher is not None
        self._parley.publisher.refusal = "not yet"
        self._parley.publisher.keep_publishing()
        return read_answers(self._app, self._record, asked)


@contextmanager
def _limit_time(where: str) -> Iterator[None]:
    def raise_hanging(*_: object) -> None:
        raise UnfitError(f"{where}: no end after {PATIENCE_SECONDS} s")

    before = signal.signal(signal.SIGALRM, raise_hanging)
    signal.alarm(PATIENCE_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
