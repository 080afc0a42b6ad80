"""Promises of the storage, each checked on SQLite and on PostgreSQL."""
