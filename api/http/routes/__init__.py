"""The routes: one module for each family of addresses; each has a `router`."""
