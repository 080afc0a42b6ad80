"""Tests of Parley on more than one machine: standbys, poolers and caches, each with the real program."""
