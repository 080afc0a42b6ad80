"""Readers turn a perspective into one SQL statement, and its rows into domain values."""
