"""Trees, notes and tiles against the published vectors and against naive definitions."""
