"""Says what answers contain in words: dates, numbers, statuses, sources, questions and changes."""
