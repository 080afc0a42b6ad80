"""Tests of the domain, without a database."""
