"""Projections turn the log into tables; each can be thrown away and derived again."""
