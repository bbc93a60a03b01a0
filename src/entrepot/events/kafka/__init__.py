"""The event log on Kafka: a relay that publishes it, consumers that run the same handlers. Needs the extra `kafka`."""
