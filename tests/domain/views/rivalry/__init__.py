"""Which of several facts that answer one question is shown, and when they disagree."""
