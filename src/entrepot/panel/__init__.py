"""The web panel: one site over the pages of every domain, navigation, home, timelines."""
