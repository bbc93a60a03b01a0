"""Settings, wiring, database ownership and the command line: the top layer."""
