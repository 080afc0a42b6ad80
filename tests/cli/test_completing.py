"""A shell completes what a command takes: slugs, kinds, fields and their values, facts, pictures, what is counted."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from typer.testing import CliRunner

from api.cli.commands import app
from domain.fact import KINDS
from tests.cli.test_cli import PROGRAM
from tests.importing.lines import SLUG, custody

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

FACTS: Final = ("erase", "correct", "corroborate", "end", "retract", "reinstate", "prefer")
#: (the words typed, the last one incomplete; all completions).
OFFERED: Final[tuple[tuple[str, set[str]], ...]] = (
    (f"show {SLUG[:1]}", {SLUG}),
    (f"show {SLUG}x", set()),
    (f"record {SLUG} rel", {"release"}),
    ("columns pri", {"prisoner_count"}),
    (f"timeline {SLUG} --kind app", {"appointment"}),
    (f"tally {SLUG} --kind cus", {"custody"}),
    (f"tally {SLUG} rel", {"released"}),
    (f"people {SLUG} --status he", {"held"}),
    (f"chart {SLUG} po", {"posts"}),
    (f"chart {SLUG} posts --width n", {"narrow"}),
    (f"chart {SLUG} posts --theme d", {"dark"}),
    (f"chart {SLUG} releases --what rel", {"released"}),
    (f"show {SLUG} --fact R", {"R"}),
    (f"record {SLUG} release --citation.archived_url x --citation.archived", set()),
    (f"record {SLUG} appointment --appo", {"--appointed-by"}),
    (f"record {SLUG} custody --statu", {"--status"}),
    (f"record {SLUG} custody --status det", {"detained"}),
    (f"record {SLUG} release --quantity.ba", {"--quantity.basis"}),
    (f"record {SLUG} release --quantity.basis i", {"increment"}),
    (f"record {SLUG} release --summary release --du", set()),
    (f"record {SLUG} release --dr", {"--dry-run"}),
    (f"correct {SLUG} R --rea", {"--reason"}),
    (f"correct {SLUG} R --reason cod", {"coding_error"}),
    (f"correct {SLUG} R --reason coding_error --rea", set()),
    (f"correct {SLUG} R --citation.publ", {"--citation.publisher", "--citation.published"}),
    (f"corroborate {SLUG} R --citation.publi", {"--citation.publisher", "--citation.published"}),
    (f"corroborate {SLUG} R --summ", set()),
    (f"end {SLUG} R --en", {"--ended"}),
    (f"retract {SLUG} R --w", {"--why"}),
    (f"reinstate {SLUG} R --w", {"--why"}),
    (f"prefer {SLUG} R --preferred f", {"false"}),
    ("show nowhere --fact ", set()),
    ("tally nowhere rel", set()),
)


def list_completions(shell: Shell, line: str) -> set[str]:
    """The completions that bash offers for the last word of a line."""
    words = f"parley {line}".split(" ")
    environ = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    environ |= {"_PARLEY_COMPLETE": "complete_bash", **shell.settings}
    done = CliRunner().invoke(app, [], env=environ, prog_name="parley")
    return {each for each in done.stdout.split("\n") if each}


@pytest.mark.cases(16)
@pytest.mark.parametrize(("line", "expected"), OFFERED)
def test_a_word_that_is_begun_is_completed(light: Shell, line: str, expected: set[str]) -> None:
    assert list_completions(light, line) == expected


def test_every_command_that_takes_a_fact_completes_it(light: Shell) -> None:
    light.out("import", SLUG, light.file(custody("A-1", person="Zoe", summary="Zoe is held")))
    for command in FACTS:
        assert list_completions(light, f"{command} {SLUG} A-") == {"A-1"}, command
    assert len(list_completions(light, f"correct {SLUG} ")) > len({"A-1"})


def test_every_kind_is_offered_where_nothing_is_begun(light: Shell) -> None:
    assert list_completions(light, f"record {SLUG} ") == set(KINDS)


def test_the_program_itself_completes(light: Shell) -> None:
    environ = {"_PARLEY_COMPLETE": "complete_bash", "COMP_CWORD": "3"}
    environ |= {"COMP_WORDS": f"parley record {SLUG} rel", **light.settings}
    done = subprocess.run(PROGRAM, env=environ, check=False, capture_output=True, text=True)
    assert done.stdout.split() == ["release"], done.stderr
