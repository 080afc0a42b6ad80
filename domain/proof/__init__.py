"""Proves that the log is complete and unchanged: pure hashing and text, without private keys or a database."""
