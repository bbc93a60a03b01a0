"""A seller's accounts on remotes: credentials, storefronts, calls, budgets, intents."""
