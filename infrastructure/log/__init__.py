"""The log: one table of events, in order and without gaps."""
