"""Tests of the log's tree on both databases: proofs, signatures, and detection of changes."""
