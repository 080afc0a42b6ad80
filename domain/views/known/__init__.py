"""Derives what was known when: the versions of facts, what of them was public, and timeslices."""
