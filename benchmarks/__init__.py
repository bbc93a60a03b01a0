"""How fast the hub is, beside what the same machine could do at best: ``python -m benchmarks [NAME] [--json]``."""
