"""Reads the state of a negotiation from as few facts as possible, or from facts that are kept in memory."""
