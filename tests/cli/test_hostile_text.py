"""No command prints stored text that moves a cursor, reorders a line or is invisible."""

from __future__ import annotations

import ast
import json
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import api.cli
from api.cli.text import json_text, visible, visible_line
from api.composition import compose
from domain.fact import KINDS, fact_id
from domain.provenance import Citation
from domain.quantity import Quantity
from domain.streams.event import (
    FactCorrected,
    FactCorroborated,
    FactPreferred,
    FactRecorded,
    FactRetracted,
    NegotiationOpened,
    SettingsChanged,
)
from domain.streams.negotiation import negotiation_id
from infrastructure.settings import Settings
from tests.cli.conftest import Shell

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.databases import Kind

pytestmark = pytest.mark.either_database

HOSTILE: Final = (
    "x\u009b31m\u202eevil\u2066\x1b]0;t\x07\x7f\u200b\u2028\u061c\U000e0041[bold]\ufeff"
)
JOINED: Final = "می\u200cخواهد क्\u200dष 👩\u200d👧 ❤\ufe0f\u200d🔥"  # noqa: RUF001 -- another script is the point
SLUG: Final = "old"
TALKS: Final = negotiation_id(SLUG)
ANSWERED: Final[tuple[tuple[str, ...], ...]] = (
    ("show", SLUG),
    ("show", SLUG, "--fact", "a"),
    ("timeline", SLUG, "--include", "retracted"),
    ("timeline", SLUG, "--person", HOSTILE[:8]),
    ("tally", SLUG, "released"),
    ("people", SLUG),
    ("diff", SLUG, "--from", "2020"),
    ("audit", SLUG),
    ("settings", SLUG),
    ("change-requests", SLUG),
    ("keys", "list"),
    ("list",),
    ("search", "evil"),
    ("snapshots", SLUG),
    ("moments", SLUG, "--axis", "recorded"),
    ("changes",),
    ("check", SLUG),
    ("tally", SLUG, "released", "--per", "population"),
    ("people", SLUG, "--person", HOSTILE[:8]),
)
OTHERS: Final[tuple[tuple[str, ...], ...]] = (
    ("settings", SLUG, "--member", "editor"),
    ("show", SLUG, "--fact", HOSTILE),
    ("show", HOSTILE),
    ("rebuild",),
    ("erase", SLUG, "a", "--reason", "asked for", "--yes"),
    ("import", SLUG, "-"),
    ("show", SLUG, "--as-of", HOSTILE),
    ("timeline", SLUG, "--matter", HOSTILE),
    ("record", SLUG, "release", "--valid", HOSTILE, "--summary", "Freed", "--citation.publisher", "AP", "--yes"),
    ("correct", SLUG, "b", "--reason", "refinement", "--why", HOSTILE, "--summary", "Freed", "--yes"),
    ("end", SLUG, "b", "--ended", HOSTILE, "--yes"),
    ("correct-negotiation", SLUG, "--title", HOSTILE, "--reason", "refinement", "--why", "better", "--yes"),
    ("snapshot", SLUG, HOSTILE),
    ("keys", "create", HOSTILE),
    ("keys", "revoke", HOSTILE),
    ("approve", HOSTILE, "--why", "seen"),
    ("restore", HOSTILE),
    ("verify", "--checkpoint", HOSTILE),
)  # fmt: skip


def list_unsafe(text: str) -> list[str]:
    """The characters that a terminal would act on or nobody would see, except line breaks."""
    acting = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"}
    return sorted({ascii(c) for c in text if unicodedata.category(c) in acting and c != "\n"})


def store_as_before(settings: dict[str, str]) -> None:
    """Store a negotiation with texts that are refused now, as an older version could."""
    kinds: dict[str, Any] = {**KINDS}
    citation = Citation(publisher=HOSTILE, title=HOSTILE, url=HOSTILE, origin=HOSTILE)
    more = {
        "summary": HOSTILE,
        "citations": (citation,),
        "note": HOSTILE,
        "matter": HOSTILE,
        "valid": "2025",
    }
    quantities = (Quantity(what="released", comparator="eq", value=5, low=5, high=5, text=HOSTILE),)
    facts: dict[str, Any] = {
        "a": kinds["release"](**more, quantities=quantities, people=(HOSTILE,), external_id="a"),
        "b": kinds["appointment"](**more, person=HOSTILE, post=HOSTILE),
        "c": kinds["proposal"](**more, by=HOSTILE, content=HOSTILE, stage="offered"),
        "d": kinds["statement"](**more, speaker=HOSTILE, quote=HOSTILE),
        "e": kinds["measure"](
            **more, authority=HOSTILE, target=HOSTILE, action="eased", stage="in_force"
        ),
    }
    by = {"actor": HOSTILE}
    events: list[Any] = [
        NegotiationOpened(
            **by, originator_id=TALKS, originator_version=1,
            slug=SLUG, title=HOSTILE, parties=(HOSTILE,), summary=HOSTILE,
        ),
        SettingsChanged(
            **by, originator_id=TALKS, originator_version=2,
            visibility="public", members=(HOSTILE,), review_record=False, review_erasure=True,
        ),
    ]  # fmt: skip
    events += [
        FactRecorded(**by, originator_id=fact_id(TALKS, name), originator_version=1, negotiation_id=TALKS, fact=fact)
        for name, fact in facts.items()
    ]  # fmt: skip
    why: dict[str, Any] = {**by, "why": HOSTILE, "originator_version": 2}
    no: dict[str, Any] = {"published": None}
    events += [
        FactCorrected(
            **why, **no, originator_id=fact_id(TALKS, "a"), reason="coding_error", citation=citation, fact=facts["a"]
        ),
        FactCorroborated(**why, **no, originator_id=fact_id(TALKS, "b"), citation=citation),
        FactPreferred(**why, originator_id=fact_id(TALKS, "c"), preferred=True),
        FactRetracted(**why, **no, originator_id=fact_id(TALKS, "d"), reason="coding_error"),
    ]  # fmt: skip
    record = compose(Settings.from_env(settings))
    record.ledger.append(events)
    record.close()


@pytest.fixture
def old(fresh_database: Callable[[Kind], str], tmp_path: Path) -> Shell:
    """A shell on a record with such texts."""
    shell = Shell(fresh_database("sqlite-file"), tmp_path)
    store_as_before(shell.settings)
    return shell


def test_no_command_prints_what_acts_on_a_terminal(old: Shell) -> None:
    shown = ""
    for command in ANSWERED:
        plain = old(*command)
        assert plain.exit_code == 0, (command, plain.output)
        assert list_unsafe(plain.output) == [], command
        shown += plain.output
    assert shown.count("x\\u{9B}31m\\u{202E}evil") > 20
    assert HOSTILE[:9] in json.dumps(
        json.loads(old("show", SLUG, "--json").stdout), ensure_ascii=False
    )
    for command in OTHERS:
        done = old(*command, stdin=b'{"kind": "release", "summary": "a\\u202eb"}')
        assert list_unsafe(done.output) == [], (command, done.output)
        assert "Traceback" not in done.output


MISUSED: Final[tuple[tuple[str, ...], ...]] = (
    (HOSTILE,),
    (f"--{HOSTILE}",),
    (f"-{HOSTILE}",),
    ("show", SLUG, f"--{HOSTILE}"),
    ("show", SLUG, f"-{HOSTILE}"),
    ("show", SLUG, f"--position={HOSTILE}"),
    ("show", SLUG, "--clock", HOSTILE),
    ("show", SLUG, HOSTILE),
    ("show", SLUG, "--as-of", HOSTILE),
    ("show", SLUG, f"--json={HOSTILE}"),
    ("keys", HOSTILE),
    ("keys", "create", f"--{HOSTILE}"),
    ("db", HOSTILE),
    ("tally", SLUG, "released", "--by", HOSTILE),
    ("tally", SLUG, "released", "--limit", HOSTILE),
    ("chart", SLUG, "held", "--output", HOSTILE),
    ("record", SLUG, "release", f"--{HOSTILE}", "x"),
    ("record", SLUG, "release", "--citation.publisher"),
    ("correct", SLUG, "a", f"--{HOSTILE}.x", "y"),
    ("serve", "--workers", HOSTILE),
    ("export", SLUG, "--format", HOSTILE),
    ("changes", "--after", HOSTILE),
    ("verify", "--checkpoint"),
)


def test_no_wrong_use_is_told_with_what_acts_on_a_terminal(old: Shell) -> None:
    told = 0
    for command in MISUSED:
        for arguments in (command, tuple(each.replace("=", "= ") for each in command)):
            done = old(*arguments)
            assert done.exit_code in {1, 2}, (arguments, done.output)
            assert list_unsafe(done.output) == [], (arguments, done.output)
            told += "\\u{202E}" in done.output
    assert told > 10


def test_with_json_the_same_is_escaped(old: Shell) -> None:
    for command in (("timeline", SLUG), ("show", SLUG, "--fact", "a"), ("settings", SLUG)):
        answer = old(*command, "--json").stdout
        assert list_unsafe(answer) == []
        assert HOSTILE in texts(json.loads(answer))


def texts(value: object) -> set[str]:
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return {text for part in parts for text in texts(part)}
    return {str(value)}


def test_an_export_is_lines_of_the_same_json_and_acts_on_no_terminal(old: Shell) -> None:
    for more in ((), ("--history",)):
        lines = old("export", SLUG, *more).stdout
        assert list_unsafe(lines) == []
        assert HOSTILE in {json.loads(line).get("summary") for line in lines.splitlines()}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "\x1b[2J\x9b\x7f\u202e\u2066\u200f",
            "\\u{1B}[2J\\u{9B}\\u{7F}\\u{202E}\\u{2066}\\u{200F}",
        ),
        ("a\r\nb\tc", "a\nb\tc"),
        ("a\rb", "a\\u{D}b"),
        (
            "a\u034fb\u115fc\u3164d\uffa0e\ufe0ff",
            "a\\u{34F}b\\u{115F}c\\u{3164}d\\u{FFA0}e\\u{FE0F}f",
        ),
        ("葛\ufe00 ❤\ufe0f 1\ufe0f\u20e3", "葛\ufe00 ❤\ufe0f 1\ufe0f\u20e3"),
        (JOINED, JOINED),
        ("Co\u200cale Co\u200dale", "Co\\u{200C}ale Co\\u{200D}ale"),
        ("\U000e0041\ud800\uffff", "\\u{E0041}\\u{D800}\\u{FFFF}"),
        ("Łukašenka “—…” שלום 中文", "Łukašenka “—…” שלום 中文"),
    ],
    ids=ascii,
)
def test_what_is_not_seen_is_shown_by_its_number(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible_line("a\tb\nc") == "a\\u{9}b\\u{A}c"


def test_escaped_json_is_the_same_json() -> None:
    value = {HOSTILE: [HOSTILE, JOINED, "\U0010ffff"]}
    written = json.dumps(value, ensure_ascii=False).encode()
    assert json.loads(json_text(written)) == value
    assert list_unsafe(json_text(written).decode()) == []


def test_no_command_prints_past_the_one_module() -> None:
    """Tables are printed by the module of tables, which passes each cell through the module of texts."""
    found = sorted(Path(api.cli.__file__).parent.rglob("*.py"))
    assert len(found) > 20
    for path in found:
        if path.stem in {"text", "tables"}:
            continue
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call):
                named = ast.unparse(call.func)
                past = named == "print" or named.endswith((".print", ".secho", ".confirm"))
                assert not past, (path.name, named)
                assert named != "typer.echo", path.name
