"""The contract between the hub and every connector. Runs without Django."""
