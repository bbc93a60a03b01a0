"""Products, variants, mappings: master data."""
