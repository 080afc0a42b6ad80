"""The least code, written by hand on the databases' drivers, that does the same work as Parley.

It is frozen: it was written before Parley was tuned against it, and it changes only where what Parley stores changes,
so that the rows, hashes and seals stay the same. `tests/benchmarks/test_yardsticks.py` compares what both leave.
"""
