"""Every promise of Parley, as checks."""
