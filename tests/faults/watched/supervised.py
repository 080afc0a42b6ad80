"""Becomes another program, as another user, with its calls on the disk supervised.

    python -m tests.faults.watched.supervised DESCRIPTOR CALLS USER PROGRAM ARGUMENTS…

DESCRIPTOR is that of a socket; USER may be empty. Child processes of the program are supervised, too.
"""

from __future__ import annotations

import os
import pwd
import socket
import sys

from tests.faults.disks.system_calls import install

if __name__ == "__main__":
    descriptor, calls, user, *command = sys.argv[1:]
    if user:
        os.setuid(pwd.getpwnam(user).pw_uid)
    with socket.socket(fileno=int(descriptor)) as handover:
        install(calls.split(","), handover)
    os.execv(command[0], command)  # noqa: S606 -- a filter is kept by what the process becomes
