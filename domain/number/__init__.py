"""Reads numbers in the words of a source, and says totals in words.

A text that is not understood as a whole is not read as a number.
"""
