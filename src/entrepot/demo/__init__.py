"""Walks the main job with the sandbox, and judges it from the remotes' own ledgers."""
