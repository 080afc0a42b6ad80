"""Tests of which of several facts is shown for one question, and when they are contested."""
