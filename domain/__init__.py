"""The record of a negotiation, pure: no I/O, no clock."""
