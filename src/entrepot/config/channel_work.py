"""What a person can ask of a channel, by dotted name of ``channels.services.work.Work`` objects."""

CHANNEL_WORK = (
    "entrepot.ingress.services.work.CHECK",
    "entrepot.ingress.services.work.MATCH",
    "entrepot.ingress.services.work.GO_LIVE",
    "entrepot.ingress.services.work.LEARN",
    "entrepot.ingress.services.work.PULL",
    "entrepot.ingress.services.work.LOOK_AT_WEBHOOKS",
    "entrepot.ingress.services.work.ENABLE_WEBHOOKS",
    "entrepot.ingress.services.work.DISABLE_WEBHOOKS",
    "entrepot.ingress.services.work.SWITCH_WEBHOOK",
    "entrepot.ingress.services.work.UPDATE_WEBHOOK",
    "entrepot.ingress.services.work.RENEW_SECRET",
    "entrepot.egress.services.push_now.PUSH",
)
