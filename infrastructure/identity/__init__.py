"""Finds out who sends a request, from the credential in it."""
