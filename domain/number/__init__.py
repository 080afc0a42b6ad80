"""Numbers in the words of a source: a text is understood as a whole, or is not read as a number."""
