"""Kills the hub's processes while people trade on the remotes, then compares hub and remotes: ``python -m proof``."""
