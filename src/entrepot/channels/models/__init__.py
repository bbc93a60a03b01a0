"""A seller's accounts on remotes, and what the client needs to call them."""

from .bindings import Binding as Binding
from .bindings import Intent as Intent
from .calls import BreakerState as BreakerState
from .calls import BudgetUse as BudgetUse
from .calls import CallLog as CallLog
from .channel import Channel as Channel
from .channel import Storefront as Storefront
from .subscriptions import Subscription as Subscription
from .taxonomy import Taxon as Taxon
