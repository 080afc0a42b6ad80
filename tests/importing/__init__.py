"""Tests of imports: every line is recorded once, or its faults are reported."""
