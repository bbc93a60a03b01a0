"""The database: the one that ``DATABASE_URL`` names, or a real PostgreSQL that we start ourselves."""
