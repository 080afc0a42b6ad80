"""`parley checkpoint` signs the log; another key signs it only if an option says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell


def test_another_key_signs_the_log_only_where_that_is_said(parley: Shell, tmp_path: Path) -> None:
    note = parley.out("checkpoint")
    assert note.splitlines()[0] == "parley.local/log"
    assert parley.out("checkpoint") == note
    other = str(tmp_path / "other.key")
    refused = parley("checkpoint", PARLEY_LOG_KEY_FILE=other)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "run: parley checkpoint --new-key" in refused.stderr
    assert parley.out("checkpoint") == note
    taken = parley("checkpoint", "--new-key", "--json", PARLEY_LOG_KEY_FILE=other)
    assert taken.exit_code == 0
    assert json.loads(taken.stdout)["checkpoint"].splitlines()[:3] == note.splitlines()[:3]
    assert parley("checkpoint").exit_code == 1
    assert parley("checkpoint", PARLEY_LOG_KEY_FILE=other).exit_code == 0
    assert parley("verify", PARLEY_LOG_KEY_FILE=other).exit_code == 0
