"""The database: engines, connections, schema and what keeps them sound."""
