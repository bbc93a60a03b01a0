"""What people did: who, when, what, from where."""
