"""The REST API: assembly of the domains' routers, webhooks, health."""
