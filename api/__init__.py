"""How people and programs reach the record: over HTTP and from the command line."""
