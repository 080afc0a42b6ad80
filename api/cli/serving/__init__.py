"""Commands that keep the record running."""
