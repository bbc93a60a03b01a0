"""Connectors: one folder per remote, each found through its entry point and imported by nobody."""
