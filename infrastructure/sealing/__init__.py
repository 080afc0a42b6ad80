"""Payloads are kept sealed: a data key a stream, wrapped by a key that the database never holds."""
