"""What can be done with a record, over HTTP or at a terminal."""
