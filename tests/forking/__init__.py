"""Starts Python programs as forks of a process that has imported Parley already, as children of the test."""

from tests.forking.popen import Forked, run

__all__ = ["Forked", "run"]
