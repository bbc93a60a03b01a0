"""Writes of prices: what the seller asks, rules, exchange rates, and the prices that follow."""

from .base import set_base_prices as set_base_prices
from .compute import compute_prices as compute_prices
from .effect import Effect as Effect
from .effect import effect_of_rule as effect_of_rule
from .fx import begin_day as begin_day
from .fx import load_ecb as load_ecb
from .fx import load_fx_csv as load_fx_csv
from .fx import rate_on as rate_on
from .rule import set_rule as set_rule
