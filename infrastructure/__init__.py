"""Stores the record and finds it again; this package uses the domain, and knows nothing of HTTP."""
