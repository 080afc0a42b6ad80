"""A PgBouncer in transaction mode before a PostgreSQL of the tests."""

from __future__ import annotations

import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from shutil import chown, rmtree
from typing import TYPE_CHECKING, Final

import psycopg
from sqlalchemy import make_url

from tests.programs import find_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.watched.cluster import Cluster

CONNECTIONS: Final = 4
"""How many connections to the server all clients share."""
SECONDS: Final = 30
SETTINGS: Final = """
[databases]
* = host={server} port=5432 user=postgres
[pgbouncer]
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 500
auth_type = any
listen_addr =
listen_port = 6432
unix_socket_dir = {beside}
logfile = {beside}/log
pidfile = {beside}/pid
"""


@contextmanager
def start_pooler(cluster: Cluster, url: str) -> Iterator[str]:
    """Run a pooler until the end; gives the URL of the same database behind it."""
    beside = Path(tempfile.mkdtemp(prefix="parley-pooler-"))
    settings = beside / "pgbouncer.ini"
    settings.write_text(
        SETTINGS.format(server=cluster.beside, connections=CONNECTIONS, beside=beside)
    )
    if cluster.user is not None:
        chown(beside, cluster.user)
        chown(settings, cluster.user)
    command = [str(find_program("pgbouncer")), "--quiet", str(settings)]
    with subprocess.Popen(command, user=cluster.user, cwd=beside) as process:
        try:
            found = make_url(url).set(query={"host": str(beside), "port": "6432"})
            _wait_for(found.set(drivername="postgresql").render_as_string(hide_password=False))
            yield found.render_as_string(hide_password=False)
        finally:
            process.terminate()
    rmtree(beside, ignore_errors=True)


def _wait_for(uri: str) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            psycopg.connect(uri).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
