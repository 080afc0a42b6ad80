"""Each view is a pure function of a timeslice, and gives plain dicts, lists and scalars, ready for JSON."""
