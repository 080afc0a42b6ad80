"""An import is recorded in turns: others write in between, and after whatever stops it the same file finishes it."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from api.commands.importing.report import BrokenOffError
from api.commands.importing.turns import (
    AGAIN_SECONDS,
    FEWEST_EVENTS,
    FIRST_TURN,
    MOST_BYTES,
    MOST_EVENTS,
    TURN_SECONDS,
    size_next_turn,
)
from api.composition import compose
from domain.access import owner
from domain.errors import UnknownError
from domain.fact import fact_id
from domain.streams.negotiation import NegotiationSettings, decide_open, negotiation_id
from domain.time.perspective import PerspectiveQuery
from tests.databases import settings_of
from tests.forking import Forked
from tests.importing.lines import (
    END,
    EVERY_OP,
    OTHER_CITATION,
    SLUG,
    change,
    custody,
    encode_lines,
    faults,
    head,
    read_counts,
    run,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from api.composition import Parley
    from tests.databases import Kind

pytestmark = pytest.mark.either_database

MANY = 2 * FIRST_TURN + 30
LAST = f"{MANY - 1}"
LINES = [custody(str(number)) for number in range(MANY)]
EDITOR = owner("editor")


def once(act: Callable[[], object]) -> Callable[[int, int], None]:
    """What does something after the first turn."""
    left = [act]

    def told(recorded: int, _of: int) -> None:
        if recorded and left:
            left.pop()()

    return told


def record(parley: Parley, external_id: str) -> Any:  # noqa: ANN401 -- a fact record
    return parley.ledger.fact(fact_id(negotiation_id(SLUG), external_id))


def as_editor(parley: Parley, *lines: dict[str, Any]) -> Callable[[], object]:
    return lambda: run(parley, lines, principal=EDITOR)


def known(parley: Parley) -> list[tuple[str, int, Any]]:
    """All facts as they stand, whenever they were recorded."""
    with parley.reading(parley.owner) as reading:
        versions = reading.list_known(negotiation_id(SLUG), reading.perspective(PerspectiveQuery()))
    records = [version.record for version in versions]
    return sorted((str(each.id), each.version, each.fact) for each in records)


def test_each_turn_is_one_transaction_and_others_write_between_them(parley: Parley) -> None:
    told: list[tuple[int, int]] = []
    between: list[int] = []

    def others(recorded: int, of: int) -> None:
        if not recorded:
            return
        told.append((recorded, of))
        run(parley, [custody(f"other {recorded}")], principal=EDITOR)
        between.append(head(parley))

    report = run(parley, LINES, on_recorded=others)
    turns = [recorded for recorded, _ in told]
    assert report["recorded"] == MANY
    assert {of for _, of in told} == {MANY}
    assert turns[0] == FIRST_TURN
    assert turns[-1] == MANY
    assert len(turns) > 1
    sizes = [after - before for before, after in pairwise(turns)]
    assert all(0 < size <= MOST_EVENTS for size in sizes)
    assert (report["first_position"], report["last_position"]) == (2, MANY + len(turns))
    assert between[0] == FIRST_TURN + 2
    assert between[-1] == head(parley) == MANY + len(turns) + 1


def test_a_turn_is_as_large_as_can_be_recorded_in_its_time() -> None:
    assert size_next_turn(100, TURN_SECONDS) == 100
    assert size_next_turn(100, TURN_SECONDS / 2) == 200
    assert size_next_turn(100, 0.0) == 200
    assert size_next_turn(100, 2 * TURN_SECONDS) == 50
    assert size_next_turn(100, 30.0) == FEWEST_EVENTS
    assert size_next_turn(MOST_EVENTS, 0.001) == MOST_EVENTS


def test_a_turn_has_no_more_bytes_than_are_soon_written(light: Parley) -> None:
    note = "x" * 90_000
    fit = MOST_BYTES // (len(note) + 1_000)
    told: list[int] = []
    lines = [custody(str(number), note=note) for number in range(fit + 5)]
    run(light, lines, on_recorded=lambda recorded, _: told.append(recorded))
    assert told[0] == 0
    assert fit <= told[1] < fit + 5
    assert told[-1] == fit + 5


def test_what_can_be_refused_is_refused_before_the_first_turn(parley: Parley) -> None:
    report = run(parley, [*LINES, change("end", "none", ended="2025")])
    assert read_counts(report) == {"rejected_total": 1}
    assert head(parley) == 1


def test_the_negotiation_is_opened_in_the_first_turn(light: Parley) -> None:
    opening = decide_open(slug="new", title="New", parties=(), summary=None, actor="t")
    heads: list[int] = []
    lines = LINES
    report = run(
        light,
        lines,
        slug="new",
        opening=[opening],
        on_recorded=lambda *_: heads.append(head(light)),
    )
    assert heads[:2] == [1, 1 + 1 + FIRST_TURN]
    assert (report["first_position"], report["last_position"]) == (3, MANY + 2)


def test_what_another_writer_recorded_alike_between_turns_is_unchanged(parley: Parley) -> None:
    report = run(parley, LINES, on_recorded=once(as_editor(parley, custody(LAST))))
    assert read_counts(report) == {"recorded": MANY - 1, "unchanged": 1}
    assert head(parley) == MANY + 1


def test_a_change_goes_on_from_what_another_writer_said_of_its_fact_between_turns(
    parley: Parley,
) -> None:
    lines = [custody("A"), *LINES, END]
    said = as_editor(parley, change("corroborate", "A", citation=OTHER_CITATION))
    report = run(parley, lines, on_recorded=once(said))
    assert read_counts(report) == {"recorded": MANY + 1, "ended": 1}
    found = record(parley, "A")
    assert (found.version, found.status, len(found.fact.citations)) == (3, "ended", 2)
    assert read_counts(run(parley, lines)) == {"unchanged": MANY + 2}


def test_what_the_record_does_not_admit_any_more_is_rejected_and_the_rest_recorded(
    parley: Parley,
) -> None:
    lines = [*LINES, change("end", "0", ended="2025-09-11"), change("end", "1", ended="2025-09-11")]
    retract = change("retract", "0", reason="coding_error", why="Misread")
    other = custody(LAST, summary="Somebody else's")
    report = run(parley, lines, on_recorded=once(as_editor(parley, retract, other)))
    assert read_counts(report) == {"recorded": MANY - 1, "ended": 1, "rejected_total": 2}
    assert faults(report) == [(MANY, "/external_id"), (MANY + 1, "")]
    assert record(parley, "0").status == "retracted"
    assert record(parley, LAST).fact.summary == "Somebody else's"
    assert record(parley, "1").status == "ended"


def test_a_faulty_correction_is_checked_on_what_another_writer_recorded_between_turns(
    parley: Parley,
) -> None:
    changes = {"status": "open", "stage": "mooted"}
    faulty = change("correct", LAST, reason="no", why="x", changes=changes)
    other = custody(LAST, summary="Somebody else's")
    report = run(parley, [*LINES, faulty], partial=True, on_recorded=once(as_editor(parley, other)))
    assert read_counts(report) == {"recorded": MANY - 1, "rejected_total": 4}
    told = [(MANY, "/external_id")]
    told += [(MANY + 1, f"/{where}") for where in ("reason", "changes/status", "changes/stage")]
    assert sorted(faults(report)) == sorted(told)


def test_an_import_goes_on_where_another_writer_is_there_before_each_of_its_turns(
    parley: Parley,
) -> None:
    def ahead(recorded: int, _of: int) -> None:
        run(parley, [custody(str(min(recorded + 5, MANY - 1)))], principal=EDITOR)

    report = run(parley, LINES, on_recorded=ahead)
    assert report["recorded"] + report["unchanged"] == MANY
    assert report["unchanged"] > 1
    assert report["rejected"] == []
    assert head(parley) == MANY + 1


def test_where_corrections_take_two_persons_from_now_on_no_later_turn_makes_any(
    parley: Parley,
) -> None:
    corrects = [
        change("correct", str(number), reason="refinement", why="named", changes={"place": "Horki"})
        for number in range(MANY)
    ]
    run(parley, LINES)
    negotiation = parley.ledger.negotiation(SLUG)
    reviewed = negotiation.decide_settings(NegotiationSettings(review_record=True), "admin")
    report = run(parley, corrects, on_recorded=once(lambda: parley.ledger.append([reviewed])))
    assert report["corrected"] == FIRST_TURN
    assert report["rejected_total"] == MANY - FIRST_TURN
    assert "a second person must approve it" in report["rejected"][0]["detail"]
    assert record(parley, LAST).version == 1


def test_who_is_no_member_any_more_imports_no_further(parley: Parley) -> None:
    ann = owner("Ann")
    member = type(ann)(**{**vars(ann), "sees_all": False})
    negotiation = parley.ledger.negotiation(SLUG)
    hidden = negotiation.decide_settings(NegotiationSettings(visibility="private"), "admin")
    with pytest.raises(UnknownError):
        run(
            parley,
            LINES,
            principal=member,
            on_recorded=once(lambda: parley.ledger.append([hidden])),
        )
    assert head(parley) == FIRST_TURN + 2


def rename(parley: Parley, old: str, new: str) -> None:
    with parley.database.writing() as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def test_a_turn_that_the_database_could_not_take_is_tried_again(
    light: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    def back(seconds: float) -> None:
        if seconds == AGAIN_SECONDS:
            rename(light, "gone", "log_head")

    monkeypatch.setattr("api.commands.importing.turns.time.sleep", back)
    report = run(light, LINES, on_recorded=once(lambda: rename(light, "log_head", "gone")))
    assert read_counts(report) == {"recorded": MANY}
    assert head(light) == MANY + 1


def test_where_the_database_goes_away_between_turns_the_same_file_finishes_it(
    parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.commands.importing.turns.AGAIN_SECONDS", 0.01)
    with pytest.raises(BrokenOffError, match=f"{FIRST_TURN} of {MANY} lines") as broken:
        run(parley, LINES, on_recorded=once(lambda: rename(parley, "log_head", "gone")))
    assert (broken.value.recorded, broken.value.of) == (FIRST_TURN, MANY)
    rename(parley, "gone", "log_head")
    report = run(parley, LINES)
    assert read_counts(report) == {"recorded": MANY - FIRST_TURN, "unchanged": FIRST_TURN}
    assert head(parley) == MANY + 1


IMPORT_AND_STOP = """
import os, sys
from api.composition import compose
from api.commands.importing.importer import Importer
from api.commands.commands import FactParser
from domain.access import owner
from infrastructure.settings import Settings

def told(recorded, of):
    if recorded:
        print(recorded, flush=True)
        sys.stdin.read()

with open(sys.argv[1], "rb") as lines:
    Importer(compose(Settings.from_env(os.environ), upgrade=False), FactParser()).run(
        slug="talks", lines=lines, media="ndjson", dry_run=False, partial=False,
        principal=owner("importer"), on_recorded=told,
    )
"""


def killed_after_a_turn(url: str, path: Path) -> int:
    """How many lines an import had recorded when it was killed, between its turns."""
    env = {"PARLEY_DATABASE_URL": url, "PARLEY_SEAL_KEY": settings_of(url).seal_key or ""}
    with Forked(
        [sys.executable, "-c", IMPORT_AND_STOP, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        recorded = int(process.stdout.readline())
        process.kill()
    return recorded


@pytest.mark.parametrize("kind", ["sqlite-file", "postgresql"])
def test_killed_between_turns_it_is_finished_by_the_same_file_and_equals_a_whole_one(
    kind: Kind, fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    of_one_fact = [{**each, "external_id": "0"} for each in EVERY_OP[1:]]
    lines = [*LINES[:120], *of_one_fact, *LINES[120:], *of_one_fact]
    path = tmp_path / "lines.ndjson"
    path.write_bytes(b"".join(encode_lines(lines)))
    broken, whole = (compose(settings_of(fresh_database(kind)), upgrade=False) for _ in range(2))
    for each in (broken, whole):
        each.ledger.open_negotiation(slug=SLUG, title="T", parties=(), summary=None, actor="t")
    assert killed_after_a_turn(broken.settings.database_url, path) == FIRST_TURN
    assert head(broken) == FIRST_TURN + 1
    first, again = run(whole, lines), run(broken, lines)
    assert read_counts(again).pop("unchanged") == FIRST_TURN + first["unchanged"]
    assert sum(read_counts(again).values()) == sum(read_counts(first).values()) == len(lines)
    assert (head(broken), known(broken)) == (head(whole), known(whole))
    for each in (broken, whole):
        each.close()
