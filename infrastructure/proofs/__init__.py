"""The log's tree on a database: its tiles, its signed checkpoints, and their verification."""
