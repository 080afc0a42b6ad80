"""Commands that keep the record: copies, keys, seals and proofs."""
