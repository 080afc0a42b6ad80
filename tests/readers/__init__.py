"""Tests of how the record is read back: against the pure fold, and by plan."""
