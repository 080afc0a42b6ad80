"""Tests that whatever fails, acknowledged changes are kept, and refused ones leave nothing."""
