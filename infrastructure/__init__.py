"""How the record is stored and found again; it knows the domain, and nothing of HTTP."""
