"""What one request and its answer are made of."""
