"""The schema's history: every table is made here, none by a recorder."""
