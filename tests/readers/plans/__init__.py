"""Tests that a database answers by index, and reads no more than is shown."""
