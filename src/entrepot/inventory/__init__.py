"""On hand, promised, held back."""
