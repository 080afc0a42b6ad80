"""Watches a log from another machine, as a witness; needs its address and a folder, and no database."""
