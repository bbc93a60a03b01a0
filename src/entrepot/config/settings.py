"""Django's settings; every choice is an environment variable. docs/settings.md lists them."""

from __future__ import annotations

import os
from pathlib import Path

from entrepot.config.database.address import parameters
from entrepot.config.home import credential_keys, home, secret_key

HOME = home()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = secret_key()
DEBUG = os.environ.get("ENTREPOT_DEBUG", "") == "1"
ALLOWED_HOSTS = os.environ.get("ENTREPOT_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
ENTREPOT_CREDENTIAL_KEYS = credential_keys()
ENTREPOT_PUBLIC_URL = os.environ.get("ENTREPOT_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
ENTREPOT_REMOTE_TIMEOUT_S = float(os.environ.get("ENTREPOT_REMOTE_TIMEOUT_S", "30"))
CSRF_TRUSTED_ORIGINS = [ENTREPOT_PUBLIC_URL] if ENTREPOT_PUBLIC_URL.startswith("https:") else []

# Domains from bottom to top, as the layers stand.
DOMAINS = [
    "jobs", "events", "accounts", "documents", "channels", "catalog", "inventory", "pricing", "listings", "orders",
    "fulfilment", "ingress", "egress",
]  # fmt: skip

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "entrepot.panel.apps.PanelConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "procrastinate.contrib.django",
    *[f"entrepot.{name}" for name in DOMAINS],
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "entrepot.config.urls"
WSGI_APPLICATION = "entrepot.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "panel" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **parameters(HOME),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c idle_in_transaction_session_timeout=60000", "application_name": "entrepot"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/panel/login/"
LOGIN_REDIRECT_URL = "/panel/"
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}}]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("tr", "Türkçe")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N, USE_TZ, TIME_ZONE = True, True, "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = HOME / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENTREPOT_PUBLIC_URL.startswith("https:")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("ENTREPOT_LOG_LEVEL", "WARNING")},
}

UNFOLD = {
    "SITE_TITLE": "Entrepot",
    "SITE_HEADER": "Entrepot",
    "SITE_SUBHEADER": "Stores to foreign marketplaces",
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
