"""The log's tree on a database: its tiles, its signed checkpoints, and the check of it all."""
