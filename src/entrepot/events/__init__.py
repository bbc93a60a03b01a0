"""Outbox, published events, dirty marks, history of states."""
