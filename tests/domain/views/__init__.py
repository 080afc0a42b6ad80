"""The views, one test file each."""
