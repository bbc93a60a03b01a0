"""The catalogue over HTTP: products, variants, and our words in a marketplace's."""

from .mappings import router as mappings_router
from .products import router as products_router
from .variants import router as variants_router

routers = (products_router, variants_router, mappings_router)
__all__ = ["routers"]
