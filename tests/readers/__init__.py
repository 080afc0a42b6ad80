"""Tests of reading the record: compared with the pure fold, and by query plan."""
