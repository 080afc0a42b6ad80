"""Of the facts that answer one question: which is shown, and who disagrees."""
