"""What happened is added up, and what a total leaves out is listed."""
