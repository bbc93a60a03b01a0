"""Money, ids, clock, errors, states, Actor. No Django, no I/O."""
