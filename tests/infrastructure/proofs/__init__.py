"""The log's tree on both databases: what proves it, who signs it, and what is noticed."""
