"""The migrations of the schema: they create every table, and the library's recorders create none."""
