"""Everything that goes out to channels."""
