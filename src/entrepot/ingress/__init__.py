"""Everything that comes in from channels."""
