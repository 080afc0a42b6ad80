"""What is fetched from other servers, and from which addresses."""
