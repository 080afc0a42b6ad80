"""Makes copies of the record, and restores them."""
