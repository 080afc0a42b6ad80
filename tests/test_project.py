"""Checks of the project's rules: each fails when its rule is broken."""

from __future__ import annotations

import ast
import os
import re
import sys
import tomllib
from collections import Counter
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
ADRS = ROOT / "docs" / "adr"
LOCKS = ("requirements.lock", "requirements-dev.lock")
LONGEST_FILE = 300
MOST_MODULES = 22
DOMAIN_MAY_IMPORT = {
    "domain",
    "anyascii",
    "typing_extensions",
    "eventsourcing",
    "rapidfuzz",
} | sys.stdlib_module_names
ADR_SECTIONS = ("Context", "Decision", "Alternatives", "Enforced by")


def read(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def sources(*packages: str) -> Iterator[Path]:
    for package in packages:
        found = sorted((ROOT / package).rglob("*.py"))
        assert found, f"{package} has no source"
        yield from found


def list_imported(path: Path) -> set[str]:
    packages: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            packages |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            packages.add(str(node.module).partition(".")[0])
    return packages


def list_locked(lock: str) -> list[str]:
    joined = re.sub(r"\\\n\s*", "", read(lock))
    return [line for line in joined.splitlines() if line and not line.startswith("#")]


def list_locked_names(lock: str) -> set[str]:
    return {entry.partition("==")[0] for entry in list_locked(lock)}


def package_name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def test_no_folder_is_crowded() -> None:
    modules = Counter(path.parent for path in sources("domain", "infrastructure", "api", "tests"))
    assert {folder: n for folder, n in modules.items() if n > MOST_MODULES} == {}


def test_no_file_is_longer_than_a_few_screens() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources("domain", "infrastructure", "api", "migrations", "tests", "data")
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_two_classes_of_the_packages_have_one_name() -> None:
    """A model of the API has the same name as the class that it describes, so models are counted separately."""
    models = ROOT / "api" / "http" / "openapi"
    names = Counter(
        (node.name, models in path.parents)
        for path in sources("domain", "infrastructure", "api")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    assert [name for (name, _), times in names.items() if times > 1] == []


def test_the_domain_imports_only_itself_a_few_pure_libraries_and_the_standard_library() -> None:
    foreign = {
        path.relative_to(ROOT).as_posix(): sorted(list_imported(path) - DOMAIN_MAY_IMPORT)
        for path in sources("domain")
    }
    assert {name: names for name, names in foreign.items() if names} == {}


def test_every_module_postpones_its_annotations_and_opens_with_a_docstring() -> None:
    for path in sources("domain", "infrastructure", "api"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), f"{path} says nothing of itself"
        code = [node for node in tree.body if not isinstance(node, ast.Expr)]
        if code:
            first = code[0]
            postponed = isinstance(first, ast.ImportFrom) and first.module == "__future__"
            assert postponed, f"{path} does not postpone its annotations"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_and_carries_hashes(lock: str) -> None:
    entries = list_locked(lock)
    assert len(entries) > len(project()["dependencies"])
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+ ", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_no_index_and_no_path(lock: str) -> None:
    named = re.findall(
        r"://|--\w*index\S*|--find-links|--trusted-host|(?<![\w=])/\w+|@ ", read(lock)
    )
    assert named == []


def project() -> dict[str, list[str]]:
    table: dict[str, list[str]] = tomllib.loads(read("pyproject.toml"))["project"]
    return table


@pytest.mark.parametrize(
    "packages", [("domain", "infrastructure", "api", "migrations"), ("tests", "data")]
)
def test_every_library_that_is_imported_is_declared(packages: tuple[str, ...]) -> None:
    declared = [*project()["dependencies"]]
    if "tests" in packages:
        declared += tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]["dev"]
    names = {package_name(name) for name in declared}
    ours = {"domain", "infrastructure", "api", "migrations", "tests", "data", "_typeshed"}
    imported = {name for path in sources(*packages) for name in list_imported(path)}
    libraries = imported - sys.stdlib_module_names - ours
    assert libraries
    given_by = packages_distributions()
    undeclared = {
        library: given_by.get(library, [])
        for library in libraries
        if names.isdisjoint(map(package_name, given_by.get(library, [])))
    }
    assert undeclared == {}


def test_every_dependency_is_locked() -> None:
    assert {package_name(name) for name in project()["dependencies"]} <= list_locked_names(LOCKS[0])


def test_the_locks_agree_where_they_overlap() -> None:
    """Both pin the same version and the same hashes; the tests may need a package on more systems."""
    runtime, dev = (
        {re.sub(r" ; .*?(?= --hash)", "", e) for e in list_locked(lock)} for lock in LOCKS
    )
    assert runtime <= dev


def test_every_decision_is_listed_and_every_listed_decision_exists() -> None:
    written = sorted(path.name for path in ADRS.glob("[0-9]*.md"))
    listed = re.findall(
        r"^- \[\d{4}: .+\]\((\d{4}-[a-z0-9-]+\.md)\)$", read("docs/adr/README.md"), re.MULTILINE
    )
    assert listed == written


def test_the_architecture_lists_every_room_and_names_only_files_that_exist() -> None:
    page = read("docs", "architecture.md")
    layout = set(re.findall(r"[\w-]+(?=/)", page.split("```")[1]))
    rooms = {
        path.parent.name
        for package in ("domain", "infrastructure", "api")
        for path in (ROOT / package).rglob("*.*")
        if path.is_file() and not {"__pycache__", "fonts"} & {*path.parts}
    }
    assert rooms - layout == set()
    files = {str(path) for path in ROOT.glob("*/**/*.py") if ".venv" not in path.parts}
    named = set(re.findall(r"[\w/]+\.py\b", page))
    assert named
    assert {name for name in named if not any(file.endswith(f"/{name}") for file in files)} == set()


def test_no_two_decisions_share_a_number() -> None:
    numbers = [path.name[:4] for path in ADRS.glob("[0-9]*.md")]
    assert len(numbers) == len(set(numbers))


def test_every_decision_has_its_four_sections() -> None:
    for path in sorted(ADRS.glob("[0-9]*.md")):
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]}: "), path.name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == list(ADR_SECTIONS), path.name


def test_every_decision_has_a_status() -> None:
    for path in sorted(ADRS.glob("[0-9]*.md")):
        status = path.read_text(encoding="utf-8").split("\n")[2]
        assert re.fullmatch(r"Status: (accepted.*|superseded by \[\d{4}\]\(.+\.md\))", status), (
            path.name
        )


def test_the_make_commands_are_those_that_contributing_describes() -> None:
    documented = set(re.findall(r"^\| `make ([a-z]+)` \|", read("CONTRIBUTING.md"), re.MULTILINE))
    offered = set(re.findall(r"^([a-z]+):.*## ", read("Makefile"), re.MULTILINE))
    assert documented == offered
    assert {"run", "test", "check", "bench"} <= offered


def test_ci_runs_the_check_and_the_tests() -> None:
    commands = read(".ci/run").splitlines()
    assert {"make check", "make test"} <= set(commands)
    assert "set -euo pipefail" in commands


def test_every_ignored_lint_rule_has_its_reason_beside_it() -> None:
    lint = (
        read("pyproject.toml")
        .partition("[tool.ruff.lint]")[2]
        .partition("[tool.ruff.lint.flake8")[0]
    )
    ignored = [line for line in lint.splitlines() if re.match(r'\s+"[A-Z]+\d*",', line)]
    assert ignored
    assert [line for line in ignored if not re.search(r"# \w+", line)] == []


def test_every_word_of_the_glossary_is_defined_once() -> None:
    words: list[str] = []
    for row in re.findall(r"^\| (\*\*.+?\*\*) \|", read("docs/glossary.md"), re.MULTILINE):
        words += re.findall(r"\*\*(.+?)\*\*", row)
    assert words
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize("page", ["threat-model.md", "reliability.md"])
def test_a_claim_of_the_documentation_names_a_test_that_there_is(page: str) -> None:
    named = re.findall(r"`(tests/[\w/]+(?:\.py)?/?)(?:::(\w+))?`", read("docs", page))
    assert len(named) > 5
    for path, test in named:
        assert (ROOT / path).exists(), path
        assert not test or f"def {test}(" in read(path), test


@pytest.mark.xdist_group("one worker")
def test_tests_of_one_group_run_in_one_worker(request: pytest.FixtureRequest) -> None:
    """A worker appends the test's group to its name; a pytest without workers does not."""
    distributed = "PYTEST_XDIST_WORKER" in os.environ and request.config.getoption("loadgroup")
    assert request.node.nodeid.endswith("@one worker") == bool(distributed)
