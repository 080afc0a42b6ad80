"""The test suites of the eventsourcing library, run on Parley's recorders and factory."""
