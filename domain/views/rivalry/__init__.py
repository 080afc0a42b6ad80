"""Where several facts answer one question: which fact is shown, and which facts disagree."""
