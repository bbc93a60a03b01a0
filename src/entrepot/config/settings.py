"""Django's settings. Everything that differs between installations comes from the environment: docs/settings.md."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy

from entrepot.config import environment as env
from entrepot.config.logs import configure
from entrepot.config.storages import storages

SOURCE = Path(__file__).resolve().parent.parent

ENTREPOT_HOME = env.home()
ENTREPOT_DRAINING_MARK = env.draining_mark(os.getppid())  # who watches over the web server's processes makes it
ENTREPOT_PUBLIC_URL = env.web_address("ENTREPOT_PUBLIC_URL", "http://127.0.0.1:8000")
# The first encrypts, all decrypt.
_keys = env.kept_secret("ENTREPOT_CREDENTIAL_KEYS", "credential_keys", env.fernet_key)
ENTREPOT_CREDENTIAL_KEYS = env.fernet_keys(_keys)
ENTREPOT_REMOTE_TIMEOUT_S = env.number("ENTREPOT_REMOTE_TIMEOUT_S", 30)
ENTREPOT_DISPATCH_THREADS = int(env.number("ENTREPOT_DISPATCH_THREADS", 2))
KAFKA_BOOTSTRAP_SERVERS = env.text("KAFKA_BOOTSTRAP_SERVERS")
ENTREPOT_KAFKA_PARTITIONS = int(env.number("ENTREPOT_KAFKA_PARTITIONS", 6))
ENTREPOT_KAFKA_PROPERTIES = env.text("ENTREPOT_KAFKA_PROPERTIES")
ENTREPOT_MAX_BODY_MB = env.number("ENTREPOT_MAX_BODY_MB", 20)
ENTREPOT_PROXY_HOPS = int(env.number("ENTREPOT_PROXY_HOPS", 1)) if env.flag("ENTREPOT_BEHIND_PROXY") else 0
ENTREPOT_LOGIN_TRIES = int(env.number("ENTREPOT_LOGIN_TRIES", 5))
ENTREPOT_ADDRESS_TRIES = int(env.number("ENTREPOT_ADDRESS_TRIES", 50))
ENTREPOT_LOGIN_WAIT_S = env.number("ENTREPOT_LOGIN_WAIT_S", 900)
ENTREPOT_KEY_TRIES = int(env.number("ENTREPOT_KEY_TRIES", 30))
ENTREPOT_KEY_WAIT_S = env.number("ENTREPOT_KEY_WAIT_S", 60)
ENTREPOT_RETENTION_DAYS = {
    "events_event": int(env.number("ENTREPOT_KEEP_EVENTS_DAYS", 14)),
    "channels_calllog": int(env.number("ENTREPOT_KEEP_CALLS_DAYS", 14)),
    "inventory_stockchange": int(env.number("ENTREPOT_KEEP_STOCK_HISTORY_DAYS", 90)),
    "pricing_pricechange": int(env.number("ENTREPOT_KEEP_PRICE_HISTORY_DAYS", 400)),
}
ENTREPOT_KEEP_RECEIPTS_DAYS = env.number("ENTREPOT_KEEP_RECEIPTS_DAYS", 30)
ENTREPOT_FX_MAX_AGE_DAYS = env.number("ENTREPOT_FX_MAX_AGE_DAYS", 7)
ENTREPOT_SUBSCRIBERS = "entrepot.config.subscribers.SUBSCRIBERS"
ENTREPOT_DRAINERS = "entrepot.config.drainers.DRAINERS"
ENTREPOT_CHANNEL_WORK = "entrepot.config.channel_work.CHANNEL_WORK"
# Called with ``at`` after a backup was restored.
ENTREPOT_AFTER_RESTORE = ["entrepot.channels.services.doubt.doubt_open_intents"]

DEBUG = env.flag("ENTREPOT_DEBUG")
SECRET_KEY = env.kept_secret("ENTREPOT_SECRET_KEY", "secret_key")
_public = urlsplit(ENTREPOT_PUBLIC_URL)
ALLOWED_HOSTS = env.words("ENTREPOT_ALLOWED_HOSTS", f"{_public.hostname or ''},127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]

ENTREPOT_PRIVATE_REMOTES = env.private_remotes(ENTREPOT_PUBLIC_URL)

# In the order in which the layers lie, lowest first; those that are not there yet are left out.
_LAYERS = (
    "web jobs events accounts notices audit channels documents customs catalog inventory pricing listings orders "
    "fulfilment crossborder claims questions crossdock finance egress ingress webhooks impex desk"
)
_OURS = [f"entrepot.{n}" for n in _LAYERS.split() if any((SOURCE / n / f).exists() for f in ("models.py", "models"))]
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin.apps.SimpleAdminConfig",  # without its discovery: the panel does that on its own site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "procrastinate.contrib.django",
    "ninja",  # brings the pages of the API's document, so that they need no other server
    *_OURS,
    "entrepot.panel",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "entrepot.web.policy.ContentPolicyMiddleware",
    "entrepot.web.middleware.ProblemMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "entrepot.accounts.middleware.ActorMiddleware",
    "entrepot.audit.middleware.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "entrepot.config.urls"
WSGI_APPLICATION = "entrepot.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE / "panel" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

ENTREPOT_DATABASE_ROLE = env.text("ENTREPOT_DATABASE_ROLE")  # that this process's connections take; empty: their user
# As whom requests are carried out; empty: without row-level security.
ENTREPOT_WEB_ROLE = ENTREPOT_DATABASE_ROLE if ENTREPOT_DATABASE_ROLE == env.WEB_ROLE else ""
DATABASES = {
    "default": env.database(
        env.text("DATABASE_URL", "postgresql:///entrepot"), pool=env.pool_size(), role=ENTREPOT_DATABASE_ROLE
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _public.scheme == "https"
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("ENTREPOT_BEHIND_PROXY") else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = int(ENTREPOT_MAX_BODY_MB * 1_000_000)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a table of a thousand rows is saved at once

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("tr", "Türkçe")]
LOCALE_PATHS = [SOURCE / "locale"]
FORMAT_MODULE_PATH = "entrepot.panel.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = ENTREPOT_HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = ENTREPOT_HOME / "media"
STORAGES = storages()

UNFOLD = {
    "SITE_TITLE": "Entrepot",
    "SITE_HEADER": "Entrepot",
    "SITE_SUBHEADER": gettext_lazy("Stores to foreign marketplaces"),
    "SITE_SYMBOL": "sailing",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "entrepot.panel.home.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "entrepot.panel.navigation.navigation",
    },
    "COLORS": {
        "primary": {
            "50": "240 249 255", "100": "224 242 254", "200": "186 230 253", "300": "125 211 252",
            "400": "56 189 248", "500": "14 165 233", "600": "2 132 199", "700": "3 105 161", "800": "7 89 133",
            "900": "12 74 110", "950": "8 47 73",
        }
    },
}  # fmt: skip

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

HAS_KAFKA = importlib.util.find_spec("confluent_kafka") is not None

LOGGING_CONFIG = None
configure(level=env.text("ENTREPOT_LOG_LEVEL", "INFO"), as_json=not DEBUG)
