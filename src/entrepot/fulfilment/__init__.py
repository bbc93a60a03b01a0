"""Packages, moves and labels."""
