"""A program in Python starts as a fork of a process that has imported Parley already, as a child of the test's own."""

from tests.forking.popen import Forked, run

__all__ = ["Forked", "run"]
