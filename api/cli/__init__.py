"""The record at a terminal: `parley`."""
