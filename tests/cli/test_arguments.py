"""Errors name a wrong argument or option as the help does: an argument by its name, an option with its dashes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from typer.core import TyperArgument

from tests.cli.test_cli import commands
from tests.importing.lines import SLUG
from tests.thorough import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.core import TyperCommand

    from tests.cli.conftest import Shell

RIGHT: Final = {
    "SLUG": SLUG, "FACT": "R", "KIND": "release", "WHAT": "released", "WORDS": "freed", "NAME": "first", "ID": "x",
    "PICTURE": "releases", "PERSON": "Ann", "FILE": "lines.ndjson", "SOURCE": "lines.ndjson", "TARGET": "backup",
    "URL": "https://log.example",
}  # fmt: skip
NEEDED: Final = {
    "chart": ("--output", "a.svg"),
    "erase": ("--reason", "asked", "--yes"),
    "keys create": ("--scope", "fact:read"),
    "diff": ("--from", "2025"),
    "refuse": ("--why", "so"),
    "correct-negotiation": ("--reason", "coding_error", "--why", "so", "--title", "Talks"),
}
"""The options that a command requires."""
WRONG: Final = (None, "", "\N{ZERO WIDTH SPACE}", "Not / there", "x" * 3_000)
NAMED: Final = re.compile(r"(?:argument|value for) '?([^':\s]+)|(--[\w.-]+)|parley: (/\w+): ")
"""The name of an argument, an option or a place in a request, as a refusal shows it."""


def arguments_of(command: TyperCommand) -> list[TyperArgument]:
    return [each for each in command.params if isinstance(each, TyperArgument)]


def name_argument(argument: TyperArgument) -> str:
    """The name of an argument in the help."""
    return (argument.metavar or argument.name or "").strip("[]")


def name_parameter(parameter: Any) -> str:  # noqa: ANN401 -- typer's classes differ
    """The name of an argument or option in a refusal."""
    return name_argument(parameter) if isinstance(parameter, TyperArgument) else parameter.opts[0]


def list_wrong_commands() -> Iterator[tuple[str, TyperCommand, str, str | None]]:
    """Every command, once for each of its arguments, with only that argument wrong."""
    for name, command in commands():
        for argument in arguments_of(command):
            for wrong in WRONG:
                yield name, command, name_argument(argument), wrong


def read_error(light: Shell, *arguments: str) -> str:
    """The one line that a command prints on standard error."""
    result = light(*arguments, TERMINAL_WIDTH="100000", COLUMNS="100000")
    assert result.exit_code in {0, 1, 2}, result.output
    return " ".join(re.sub("[│╭╮╰╯─]", " ", result.stderr).split()) + " "


def test_what_is_wrong_is_named_as_the_help_names_it(
    light: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(light.folder)
    for name, command, at, wrong in some_of([*list_wrong_commands()], 25):
        given = [
            wrong if name_argument(each) == at else RIGHT[name_argument(each)]
            for each in arguments_of(command)
        ]
        written = (each for each in given if each is not None)
        told = read_error(light, *name.split(), *written, *NEEDED.get(name, ()))
        known = {name_argument(each) for each in arguments_of(command)}
        known |= {option for each in command.params for option in each.opts}
        fields = command.context_settings.get("allow_extra_args", False)
        for found in NAMED.finditer(told.replace(f"[{at}]", at)):
            named = next(each for each in found.groups() if each)
            assert named in known or (fields and named.startswith("--")), told


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("tally", SLUG), "Invalid value for WHAT"),
        (("tally", SLUG, ""), "Invalid value for WHAT"),
        (("tally", SLUG, "released", "--kind", "release"), "Invalid value for WHAT"),
        (("search", ""), "Invalid value for WORDS: write a value "),
        (("witness",), "Invalid value for URL"),
        (("snapshot", SLUG, "a b"), "parley: NAME: write"),
        (("erase", SLUG, "R", "--reason", "", "--yes"), "parley: --reason: write"),
        (("import", "new", "lines.ndjson", "--title", ""), "parley: --title: write"),
        (("import", "new", "lines.ndjson", "--party", ""), "parley: --party: write"),
        (("people", SLUG, "--q", ""), "Invalid value for --q"),
        (("backup", "nowhere/file"), "parley: nowhere/file: No such file"),
        (("keys", "create", "", "--scope", "fact:read"), "parley: PERSON: write"),
        (("keys", "create", "Ann", "--scope", ""), "parley: --scope: write"),
        (("columns", "--json"), "Missing argument 'KIND'"),
        (("retract", SLUG, "R", "--why", "so", "--yes", "--reason", "x"), "parley: --reason: "),
        (("import", SLUG, "lines.ndjson", "--reason", "x"), "'--reason': 'x' is not one of"),
    ],
)
def test_each_is_named_by_what_was_written(
    light: Shell, arguments: tuple[str, ...], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(light.folder)
    assert named in read_error(light, *arguments)


PLACES: Final = frozenset({"FILE", "FOLDER", "SOURCE", "TARGET", "URL"})
"""The words of the help for a file, a folder or an address."""


def test_an_empty_text_is_no_file_and_no_address(light: Shell) -> None:
    asked = 0
    for name, command in commands():
        right = [RIGHT[name_argument(each)] for each in arguments_of(command)]
        for parameter in command.params:
            if parameter.metavar not in PLACES and "Path" not in str(vars(parameter)):
                continue
            given = list(right)
            if isinstance(parameter, TyperArgument):
                given[arguments_of(command).index(parameter)] = ""
            else:
                given += [parameter.opts[0], ""]
            told = read_error(light, *name.split(), *NEEDED.get(name, ()), *given)
            assert f"Invalid value for '{name_parameter(parameter)}'" in told, (name, told)
            asked += 1
    assert asked > 8


def test_the_missing_one_of_options_that_belong_together_is_named(light: Shell) -> None:
    for given, missing in (
        (("witness", "--log-key", "x"), "URL"),
        (("witness", "https://log.example"), "--log-key"),
        (("import", SLUG, "lines.ndjson", "--update", "--why", "so"), "--reason"),
        (("import", SLUG, "lines.ndjson", "--update", "--reason", "coding_error"), "--why"),
        (("import", SLUG, "lines.ndjson", "--why", "so", "--reason", "coding_error"), "--update"),
    ):
        assert f"Invalid value for {missing}:" in read_error(light, *given)


def test_a_wrong_cursor_is_named(light: Shell) -> None:
    for command in ("change-requests", "timeline"):
        assert "--cursor: " in read_error(light, command, SLUG, "--cursor=-5")
