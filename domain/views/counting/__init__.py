"""Totals and tallies."""
