"""Programs that some tests need; if one is missing on the machine, its tests are counted as not run."""

from __future__ import annotations

import os
import shutil
from typing import Final

PACKAGES: Final = {
    "chromium": "chromium-headless-shell",
    "pgbouncer": "pgbouncer",
    "nginx": "nginx-light",
    "varnishd": "varnish",
    "etcd": "etcd-server",
}
"""The Debian package of each program."""
_LIGHTER: Final = {"chromium": "chromium-headless-shell"}
"""Lighter programs that can replace others: the same Chromium, without its windows."""
NOT_RUN: Final = "not run: "


def find_program(name: str) -> str | None:
    """The path of a program, or of a lighter one that can replace it; None if the machine has neither."""
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
    return shutil.which(_LIGHTER.get(name, name), path=path) or shutil.which(name, path=path)


def why_not_run(name: str) -> str | None:
    """The reason why a test that needs a program cannot run, and what to do; None if it can."""
    if find_program(name) is not None:
        return None
    return f"{NOT_RUN}there is no {name} here: apt-get install {PACKAGES[name]}"
