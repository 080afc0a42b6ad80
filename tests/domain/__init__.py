"""The record, checked without a database."""
