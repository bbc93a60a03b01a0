"""Strict simulators of every remote, written from the vendors' pages and never from our connectors.

Nothing here imports ``entrepot.kit`` or ``entrepot.connectors``: a simulator is a second reading of the same pages.
"""
