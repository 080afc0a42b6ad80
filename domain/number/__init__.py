"""Numbers in the words of a source, read whole or not at all."""
