"""What is recorded: events, and the aggregates that decide them."""
