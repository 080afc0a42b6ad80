"""The tests of Parley."""
