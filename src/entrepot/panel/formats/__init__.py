"""How dates look in the panel, by language."""
