"""WooCommerce: a seller's own store over REST v3. Start at spec.py."""

from .spec import SPEC as SPEC
