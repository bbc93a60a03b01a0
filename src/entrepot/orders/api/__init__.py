"""Orders over HTTP."""

from .routes import router

routers = (router,)
__all__ = ["routers"]
