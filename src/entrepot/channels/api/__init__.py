"""Channels over HTTP: what they are, and what is asked of them."""

from ninja import Router

from .routes import router as channels
from .shapes import ChannelOut as ChannelOut
from .shapes import channel_of as channel_of
from .storefronts import router as storefronts
from .webhooks import router as webhooks
from .work import router as work

routers: tuple[Router, ...] = (channels, storefronts, work, webhooks)
