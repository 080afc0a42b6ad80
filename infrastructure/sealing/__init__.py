"""Encrypts payloads, with one data key for each stream; keys outside the database wrap the data keys."""
