"""The records that ship with Parley, and the scripts that mapped them from their sources."""
