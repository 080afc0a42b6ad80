"""One module for each family of pages; each has a `router`."""
