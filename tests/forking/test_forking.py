"""A forked program behaves like one that was started as Python; the parent of its process waits for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.forking import Forked, run

if TYPE_CHECKING:
    from pathlib import Path

TELLS = """
import json, os, random, signal, sys
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
print(json.dumps([sys.argv, os.getcwd(), dict(os.environ), sys.stdin.read(), random.random()]))
os.write(int(sys.argv[1]), b"handed")
sys.exit(3)
"""


def test_it_has_arguments_an_environment_a_folder_and_descriptors_of_its_own(
    tmp_path: Path,
) -> None:
    reading, writing = os.pipe()
    command = [sys.executable, "-c", TELLS, str(writing)]
    more: dict[str, Any] = {
        "env": {"ONLY": "1"},
        "stdin": subprocess.DEVNULL,
        "pass_fds": [writing],
    }
    first, second = (run(command, cwd=tmp_path, text=True, **more) for _ in range(2))
    os.close(writing)
    with os.fdopen(reading) as handed:
        assert handed.read() == "handed" * 2
    assert (first.returncode, first.stderr) == (3, "")
    *own, drawn = json.loads(first.stdout)
    assert own == [["-c", str(writing)], str(tmp_path), {"ONLY": "1"}, ""]
    assert drawn != json.loads(second.stdout)[-1]


def test_it_ends_as_python_ends_and_by_the_signals_it_is_sent() -> None:
    # A signal just before a sleep is handled after it, so the sleeps are short.
    waits = "import time; print('begun', flush=True)\nfor _ in range(600): time.sleep(0.1)"
    raised = run([sys.executable, "-c", "raise ValueError('so')"], text=True)
    assert raised.returncode == 1
    assert raised.stderr.endswith("ValueError: so\n")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with Forked(
            [sys.executable, "-c", waits],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            process.send_signal(number)
            assert process.wait(20) == -number
