"""Pages of channels and of what was called."""

from .bindings import BindingPage as BindingPage
from .bindings import IntentPage as IntentPage
from .bindings import TaxonPage as TaxonPage
from .calls import CallLogPage as CallLogPage
from .channel import ChannelPage as ChannelPage
from .channel import StorefrontPage as StorefrontPage
from .webhooks import SubscriptionPage as SubscriptionPage
