"""Tests of totals and tallies, and of the lists of what they leave out."""
