"""Writes of listings: making them, their content, their levels, and what the marketplace said."""

from .adopt import adopt as adopt
from .content import compute_content as compute_content
from .levels import compute_price_levels as compute_price_levels
from .levels import compute_stock_levels as compute_stock_levels
from .levels import refresh_due as refresh_due
from .make import make_listings as make_listings
from .observe import note_observed as note_observed
from .sending import CARD as CARD
from .sending import CLOSE as CLOSE
from .sending import CREATE as CREATE
from .sending import REOPEN as REOPEN
from .sending import claim_content as claim_content
from .sending import finish_unlisted as finish_unlisted
from .sending import next_capability as next_capability
from .sending import release_content as release_content
from .sending import retry_listings as retry_listings
from .sending import sent_content as sent_content
from .sending import settle_content as settle_content
from .sending import unsend_content as unsend_content
from .sending import zeroed as zeroed
from .settle import Sent as Sent
from .settle import claim_offers as claim_offers
from .settle import move_offers as move_offers
from .settle import release_offers as release_offers
from .settle import settle_offers as settle_offers
