"""Fixtures of all tests: a test that needs a database runs on SQLite and on PostgreSQL, each time on a new one."""

from __future__ import annotations

import gc
import os
import re
import shutil
from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING, Final, cast

import pytest
from hypothesis import settings
from typer import main, testing

from infrastructure.database.schema import upgrade
from infrastructure.projections.checking import shares
from tests.compiled import compile_once
from tests.databases import (
    Kind,
    PostgreSQL,
    migrate,
    open_database,
    postgresql_server,
    sqlite_file_url,
    sqlite_memory_url,
)
from tests.faults.disks.supply import why_no_fuse
from tests.one_call import ask_in_one_call, end_shared_loop
from tests.programs import NOT_RUN, why_not_run
from tests.thorough import THOROUGH, choose_count, deal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from _pytest.terminal import TerminalReporter

    from infrastructure.database.database import Database

DATABASES: Final = ("sqlite-file", "postgresql")
LONGEST: Final = {
    f"test_{name}.py"
    for name in (
        "openapi",
        "browsing",
        "layout",
        "forms_in_a_browser",
        "two_witnesses",
        "wrong_clock_witnessed",
        "forgeries",
        "flips",
        "power_cuts",
        "disk_errors",
        "state_plans",
        "list_plans",
        "change_plans",
        "visits",
        "shipped_records",
    )
}

LONGEST_ID: Final = 100
"""A longer text is not shown in the name of a test case."""
SHARED: Final = {"real", "browser", "package", "workers"}
"""Fixtures that a module shares, because they take a second to make: a record, a browser, a client, processes."""

# Each run at home draws new examples; a run that decides whether a change lands draws the same each time.
EXAMPLES: Final = choose_count(30, 500)
settings.register_profile("home", deadline=None, max_examples=EXAMPLES)
settings.register_profile("gate", deadline=None, max_examples=EXAMPLES, derandomize=True)
# The parser of the command line is made once, and not for each command.
testing._get_command = cache(main.get_command)  # type: ignore[attr-defined]
compile_once()
ask_in_one_call()
settings.load_profile("gate" if os.environ.get("CI") else "home")


def pytest_collection_finish() -> None:
    """Exclude the loaded modules from garbage collection, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case with a long text by its argument, since a key or a time in the text differs in each worker."""
    return argname if isinstance(val, str | bytes) and len(val) > LONGEST_ID else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first, so that no worker is left with one at the end. Draw tests, unless all are to run.

    Tests of a module that share a slow fixture run in one worker, so that it is made once; so do tests of several
    modules that name the same group.
    """
    items.sort(key=lambda item: item.path.name not in LONGEST)
    if not THOROUGH:
        items[:] = _draw_items(items)
    for item in items:
        shared = SHARED.intersection(getattr(item, "fixturenames", ()))
        if shared and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def _draw_items(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests to run: `either_database` on one database, some `cases`, a third of the controls, and all others."""
    same: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("control") is None or not deal(item.nodeid, 3):
            same[_name_without_database(item)].append(item)
    drawn = [each[deal(name, len(each))] for name, each in same.items()]
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in drawn:
        cases[item.nodeid.partition("[")[0]].append(item)
    kept = {item for each in cases.values() for item in _draw_cases(each)}
    return [item for item in items if item in kept]


def _draw_cases(items: list[pytest.Item]) -> list[pytest.Item]:
    """As many cases of a test as its mark `cases` says; all without a mark."""
    mark = items[0].get_closest_marker("cases")
    if mark is None:
        return items
    return sorted(items, key=lambda item: deal(item.nodeid, 256))[: mark.args[0]]


def _name_without_database(item: pytest.Item) -> str:
    """The name of a test without its database, if it has the mark `either_database`; else its name."""
    if item.get_closest_marker("either_database") is None:
        return item.nodeid
    return re.sub("|".join(DATABASES), "", item.nodeid)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose program is missing on the machine."""
    for marker in item.iter_markers("needs"):
        lacking = why_not_run(*marker.args)
        if lacking is not None:
            pytest.skip(lacking)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say how many tests were not run, and what to install for them."""
    for reason, count in _count_not_run(terminalreporter).items():
        terminalreporter.write_line(f"{count} {reason}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the shared event loop; on CI, fail if a test was not run."""
    end_shared_loop()
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and _count_not_run(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _count_not_run(reporter: TerminalReporter) -> Counter[str]:
    reports = reporter.stats.get("skipped", [])
    reasons = (report.longrepr[2] for report in reports if isinstance(report.longrepr, tuple))
    return Counter(
        reason.removeprefix("Skipped: ")
        for reason in reasons
        if reason.removeprefix("Skipped: ").startswith(NOT_RUN)
    )


def pytest_report_header() -> str:
    lacking = why_no_fuse()
    return f"power is cut of {'a FUSE file system' if lacking is None else f'supervised calls: {lacking}'}"


@pytest.fixture(scope="session")
def _postgresql_server() -> Iterator[PostgreSQL]:
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    template = tmp_path_factory.mktemp("template") / "parley.db"
    migrate(sqlite_file_url(template))
    return template


@pytest.fixture(scope="session")
def lasting_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Kind], str]:
    """Make a new migrated database of a kind that several tests share, and give its URL."""

    def make_lasting(kind: Kind) -> str:
        if kind == "postgresql":
            server: PostgreSQL = request.getfixturevalue("_postgresql_server")
            return server.fresh(lasting=True)
        template = request.getfixturevalue("_sqlite_template")
        path = tmp_path_factory.mktemp("lasting") / "parley.db"
        return sqlite_file_url(shutil.copyfile(template, path))

    return make_lasting


@pytest.fixture
def postgresql(_postgresql_server: PostgreSQL) -> Iterator[PostgreSQL]:
    """A running PostgreSQL server, whose databases are dropped when the test ends."""
    yield _postgresql_server
    _postgresql_server.drop_all()


@pytest.fixture
def fresh_database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[Kind], str]]:
    """A function that makes a new migrated database of a kind, and gives its URL."""
    kept_open: list[Database] = []

    def fresh(kind: Kind) -> str:
        if kind == "postgresql":
            return cast("PostgreSQL", request.getfixturevalue("postgresql")).fresh()
        if kind == "sqlite-memory":
            kept_open.append(open_database(sqlite_memory_url()))
            upgrade(kept_open[-1])
            return str(kept_open[-1].url)
        template = request.getfixturevalue("_sqlite_template")
        path = tmp_path / f"parley_{len(list(tmp_path.iterdir()))}.db"
        return sqlite_file_url(shutil.copyfile(template, path))

    yield fresh
    for database in kept_open:
        database.close()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, fresh_database: Callable[[Kind], str]) -> str:
    """The URL of a fresh, migrated database; a test that uses it runs on both databases."""
    return fresh_database(request.param)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database, open."""
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def small_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let comparisons of the facts with the log use shares of a few events."""
    monkeypatch.setattr(shares, "EVENTS", 3)


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without a table, on both databases."""
    if request.param == "postgresql":
        server = cast("PostgreSQL", request.getfixturevalue("postgresql"))
        return server.fresh(migrated=False)
    return sqlite_file_url(tmp_path / "empty.db")
