"""What a witness needs to watch a log from another machine: an address, a folder, and no database."""
