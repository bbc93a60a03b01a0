"""A variant on a storefront: content and levels."""
