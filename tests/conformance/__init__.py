"""The suites that the eventsourcing library ships, run against Parley's recorders and factory."""
