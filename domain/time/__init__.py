"""Instants, valid time in EDTF, perspectives, and how long a kind of fact holds."""
