"""Reads numbers in the words of a source; a text that is not understood as a whole is not read as a number."""
