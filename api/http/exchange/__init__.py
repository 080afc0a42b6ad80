"""The parts of one request and its answer."""
