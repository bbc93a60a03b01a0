"""Base prices, rules, exchange rates, computed prices."""
