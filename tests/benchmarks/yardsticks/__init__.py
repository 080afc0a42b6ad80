"""Yardsticks: the least code, written by hand on the databases' drivers, that does the same work as Parley.

They are frozen: they were written before Parley was tuned against them, and change only with what Parley stores, so
that rows, hashes and seals stay the same. `tests/benchmarks/test_yardsticks.py` compares the rows of both.
"""
