"""Compares the tables with what the log gives, and the database with what it should be."""
