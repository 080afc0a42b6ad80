"""What is acknowledged is kept, and what is refused leaves nothing, whatever fails."""
