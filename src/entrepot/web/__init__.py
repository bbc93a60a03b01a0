"""HTTP manners that know only ``core.Actor``: problems, paging, idempotency keys, admin base classes."""
