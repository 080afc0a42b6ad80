"""One module a family of addresses; each offers a `router`."""
