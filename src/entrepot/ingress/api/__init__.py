"""What comes in, over HTTP."""

from .records import aside_router, buyers_router, channels_router, sheets_router
from .webhooks import router

routers = (channels_router, router, sheets_router, aside_router, buyers_router)
