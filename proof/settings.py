"""The hub's own settings, with one more subscriber, who notes what it is told of."""

from entrepot.config.settings import *  # noqa: F403

ENTREPOT_SUBSCRIBERS = "proof.subscriber.SUBSCRIBERS"
