"""Views are pure folds over a timeslice; each gives plain dicts, lists and scalars, ready for JSON."""
