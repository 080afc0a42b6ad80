"""Trees, notes and tiles against the published vectors and against the definitions, computed directly."""
