"""The command line does what it says, and exits as it says."""
