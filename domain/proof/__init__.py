"""Proofs that the log is whole: pure hashing and text, with no key and no database."""
