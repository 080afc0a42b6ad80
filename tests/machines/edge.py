"""Run the nginx and the Varnish of `deploy/` in front of a server of the tests."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Final

import httpx

from tests.plain_http import PLAIN
from tests.programs import find_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEPLOY: Final = Path(__file__).resolve().parent.parent.parent / "deploy"
SECONDS: Final = 30
AROUND: Final = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/parley.conf;
}}
"""


@dataclass(frozen=True)
class Edge:
    """The address that people use, and the address at which the cache is purged."""

    address: str
    cache: str


def free_port() -> int:
    """A free port of the loopback address."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def running_edge(parley: int, cache: int) -> Iterator[Edge]:
    """Run both before the server at a port, as `deploy/` has them except for the ports; `cache` is Varnish's."""
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="parley-edge-"))
    folder.chmod(0o755)
    vcl, conf = folder / "varnish.vcl", folder / "parley.conf"
    vcl.write_text((DEPLOY / "varnish.vcl").read_text().replace('"8000"', f'"{parley}"'))
    front = (DEPLOY / "nginx.conf").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{parley}")
    front = front.replace("127.0.0.1:6081", f"127.0.0.1:{cache}")
    conf.write_text(front.replace("listen 80;", f"listen 127.0.0.1:{port};"))
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
    listening = ["-a", f"127.0.0.1:{cache}", "-f", str(vcl), "-n", str(folder / "varnish")]
    with ExitStack() as held:
        held.callback(rmtree, folder, ignore_errors=True)
        held.enter_context(_running("varnishd", "-F", *listening, "-s", "malloc,16m"))
        held.enter_context(_running("nginx", "-c", str(folder / "nginx.conf")))
        edge = Edge(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{cache}")
        _wait_for(f"{edge.cache}/healthz")
        _wait_for(f"{edge.address}/healthz")
        yield edge


@contextmanager
def _running(name: str, *arguments: str) -> Iterator[None]:
    """Run a program, and end it with the block."""
    command: Sequence[str] = [str(find_program(name)), *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            yield
        finally:
            process.terminate()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            if httpx.get(url, timeout=SECONDS, verify=PLAIN).is_success:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, url
        time.sleep(0.05)
