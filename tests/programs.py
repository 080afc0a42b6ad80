"""Programs of the machine that some tests need: where one is missing, those tests are counted as not run."""

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
"""The Debian package that brings each program."""
_LIGHTER: Final = {"chromium": "chromium-headless-shell"}
"""Programs that serve in the place of others, at less cost: the same Chromium, without its windows."""
NOT_RUN: Final = "not run: "


def find_program(name: str) -> str | None:
    """Where a program is, or a lighter one that serves in its place; None if the machine has neither."""
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
    return shutil.which(_LIGHTER.get(name, name), path=path) or shutil.which(name, path=path)


def why_not_run(name: str) -> str | None:
    """Why what needs a program is not run, and what to do; None where it can run."""
    if find_program(name) is not None:
        return None
    return f"{NOT_RUN}there is no {name} here: apt-get install {PACKAGES[name]}"
