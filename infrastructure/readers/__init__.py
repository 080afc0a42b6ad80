"""Reads the record at a perspective: each reader makes SQL statements and turns their rows into domain values."""
