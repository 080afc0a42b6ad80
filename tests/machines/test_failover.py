"""One server and its writers go through the failures of a cluster, and lose nothing that was acknowledged."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.faults.watched.checking import check, check_rebuild, check_signed
from tests.faults.watched.serving import Server
from tests.faults.watched.writers import Writers
from tests.machines.members import running_members
from tests.thorough import THOROUGH, choose_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.machines.members import Members

pytestmark = [pytest.mark.needs("etcd"), pytest.mark.xdist_group("failover")]

SECONDS = 90
BUSY = choose_count(30, 100)
ALONE_SECONDS = 1
LEASE_SECONDS = 25
"""More seconds than `ttl` in `deploy/patroni.yml`."""


class Site:
    """A cluster, the server on it, and its writers."""

    def __init__(self, members: Members, server: Server) -> None:
        self.members, self.server, self.writers = members, server, Writers()
        self.writers.open(server.port)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write while the block runs and for a while after it; check that everything acknowledged is there."""
        self.writers.start(self.server.port)
        try:
            self.go_on()
            yield
            self.go_on()
        finally:
            self.writers.end()
        self.writers.settle(self.server.port)
        assert self.writers.broken_off == 0
        check(self.members.url, self.writers.acknowledged)
        check_signed(self.members.url, self.server.key_file)

    def go_on(self) -> float:
        """Wait until more is acknowledged; gives the seconds that it took."""
        began, wanted = time.monotonic(), len(self.writers.acknowledged) + BUSY
        while len(self.writers.acknowledged) < wanted:
            assert time.monotonic() - began < SECONDS, self.server.errors.read_text()[-2_000:]
            time.sleep(0.02)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    errors = tmp_path_factory.mktemp("server") / "errors"
    with running_members() as members, Server(members.url, errors) as server:
        server.start()
        site = Site(members, server)
        yield site
        assert server.stop() == 0
        assert check_signed(members.url, server.key_file) > len(site.writers.acknowledged)
        check_rebuild(members.url)


def kill_leader(members: Members) -> None:
    """Kill the leader; the standby takes its place, and the former leader comes back as a standby.

    The leader's lease expires after `ttl` seconds; in the short form, etcd is told to end it sooner.
    """
    leader, standby = members.in_role("leader"), members.in_role("sync_standby")
    leader.kill()
    if not THOROUGH:
        leader.lose_lease()
    members.wait_for(lambda roles: roles.get(standby.name) == "leader")
    leader.start()


def switch_over(members: Members) -> None:
    """Exchange the roles of leader and standby."""
    leader, standby = members.in_role("leader"), members.in_role("sync_standby")
    members.switch_over(leader, standby)
    members.wait_for(lambda roles: roles.get(standby.name) == "leader")


def pause_standby(members: Members) -> None:
    """Pause the standby until the leader no longer waits for it."""
    with members.in_role("sync_standby").pause():
        members.wait_for(lambda roles: "sync_standby" not in roles.values())


def pause_leader(members: Members) -> None:
    """Pause the leader until the standby has taken its place; it comes back with its sessions open."""
    standby = members.in_role("sync_standby")
    with members.in_role("leader").pause():
        members.wait_for(lambda roles: roles.get(standby.name) == "leader")


def lose_lone_leader(members: Members) -> None:
    """Kill a leader that went on alone; the standby lacks its last commits, and must not take its place."""
    leader, standby = members.in_role("leader"), members.in_role("sync_standby")
    with standby.pause():
        members.wait_for(lambda roles: "sync_standby" not in roles.values())
        time.sleep(ALONE_SECONDS)
        leader.kill()
    members.wait_for(lambda roles: list(roles) == [standby.name])
    time.sleep(LEASE_SECONDS)
    assert "leader" not in members.roles().values()
    leader.start()


LONG = [switch_over, pause_standby, pause_leader, lose_lone_leader]


@pytest.mark.parametrize("trouble", [kill_leader, *(LONG if THOROUGH else [])])
def test_nothing_acknowledged_is_lost(site: Site, trouble: Callable[[Members], None]) -> None:
    with site.writing():
        trouble(site.members)
    site.members.wait_for_pair()
