"""Rows as queues, drainers and lanes, runs with progress."""
