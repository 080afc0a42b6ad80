"""Imports: every line is taken once, or its fault is said."""
