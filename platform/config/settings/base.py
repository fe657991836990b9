"""Settings shared by every environment; all that differs is read from the environment."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from config import core
from config import environment as env
from identity.defaults import *  # noqa: F403 - identity's own settings, pure constants
from identity.defaults import IDENTITY_APPS, IDENTITY_MIDDLEWARE
from kernel import logging as log_lines
from kernel.registry import modules
from tenants.backend.credentials import RESOLVER, derived_password

CORE_LISTENERS = core.CORE_LISTENERS
CORE_PERMISSIONS = core.CORE_PERMISSIONS
CORE_NAVIGATION = core.CORE_NAVIGATION

ROOT = Path(__file__).resolve().parents[3]
VAR = Path(env.text("ATRIUM_VAR", str(ROOT / "var")))

# -- who we are and where -------------------------------------------------------------------

VENDOR_NAME = env.text("VENDOR_NAME", "Atrium")
VENDOR_ID = uuid.UUID(int=0)
VENDOR_HOSTS = env.words("VENDOR_HOSTS", "localhost")
TENANT_BASE_DOMAIN = env.text("TENANT_BASE_DOMAIN", "localhost")
PUBLIC_SCHEME = env.text("PUBLIC_SCHEME", "http")
PUBLIC_PORT = env.text("PUBLIC_PORT", "")
DNS_SERVER = env.text("DNS_SERVER", "")
"""``address:port`` of the resolver that proves custom domains; empty: the machine's own."""
RESERVED_SLUGS = frozenset(
    [
        "admin",
        "api",
        "app",
        "assets",
        "atrium",
        "billing",
        "blog",
        "cdn",
        "console",
        "dashboard",
        "demo",
        "dev",
        "docs",
        "files",
        "ftp",
        "help",
        "imap",
        "internal",
        "localhost",
        "login",
        "mail",
        "mx",
        "ns",
        "ns1",
        "ns2",
        "office",
        "pay",
        "pop",
        "portal",
        "public",
        "room",
        "root",
        "sales",
        "secure",
        "smtp",
        "staging",
        "start",
        "static",
        "status",
        "stripe",
        "support",
        "t",
        "test",
        "vendor",
        "webmail",
        "www",
    ]
)

# -- secrets -----------------------------------------------------------------------------------

SECRET_KEY = env.text("SECRET_KEY")
DATABASE_ROLE_KEY = env.text("DATABASE_ROLE_KEY")
ATRIUM_MASTER_KEYS = env.text("ATRIUM_MASTER_KEYS")
ATRIUM_SIGNING_KEY = env.text("ATRIUM_SIGNING_KEY")

# -- apps --------------------------------------------------------------------------------------

EVERYWHERE = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    *IDENTITY_APPS,
    "kernel",
]
SHARED_APPS = [
    "django_tenants",
    *EVERYWHERE,
    "tenants",
    "billing",
    "provisioning.runs",
    "console",
]
TENANT_APPS = [
    *EVERYWHERE,
    "themes",
    "provisioning.servers",
    *(module.app for module in modules().values()),
]
INSTALLED_APPS = [
    *dict.fromkeys(
        [
            *SHARED_APPS,
            *TENANT_APPS,
            "provisioning",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "django.contrib.postgres",
        ]
    )
]
TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_DB_ALIAS = "admin"
"""Tables are made through the provisioner's connection only."""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "kernel.requests.RequestId",
    "kernel.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenants.middleware.TenantMiddleware",
    IDENTITY_MIDDLEWARE[0],
    "tenants.language.TenantLanguage",
    "django.middleware.common.CommonMiddleware",
    *IDENTITY_MIDDLEWARE[1:],
    "kernel.access.ModuleGate",
]
ROOT_URLCONF = "config.urls.vendor"
WSGI_APPLICATION = "config.wsgi.application"
ALLOWED_HOSTS = ["*"]
"""TenantMiddleware answers 404 to every host that is not in the directory."""
USE_X_FORWARDED_HOST = False
PROXY_HOPS = env.number("PROXY_HOPS", 0)
"""How many proxies of our own stand in front and write X-Forwarded-For."""
ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_HOPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PUBLIC_SCHEME == "https" else None
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "kernel.context.shell",
                "themes.context.looks",
            ],
            "builtins": ["kernel.templatetags.ui", "django.templatetags.i18n"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# -- database ----------------------------------------------------------------------------------

_URL = env.text("DATABASE_URL")
_ADMIN_URL = env.text("DATABASE_ADMIN_URL", "")
DATABASES = {
    "default": env.database(_URL),
    "resolver": env.database(
        _URL,
        ENGINE="django.db.backends.postgresql",
        USER=RESOLVER,
        PASSWORD=derived_password(RESOLVER, DATABASE_ROLE_KEY),
    ),
}
if _ADMIN_URL:
    DATABASES["admin"] = env.database(_ADMIN_URL, FOLLOW_PIN=False)
VENDOR_ROLE = DATABASES["default"]["USER"]
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
TENANT_CONNECTIONS_PER_THREAD = env.number("TENANT_CONNECTIONS_PER_THREAD", 12)
"""Connections that a thread keeps for other tenants than the present one."""
READY_SCHEMAS = env.number("READY_SCHEMAS", 3)
"""Schemas that stand ready for the next brokers."""

# -- Redis, tasks ------------------------------------------------------------------------------

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "kernel.cache_keys.of_tenant",
    }
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = ("kernel.tasks.route",)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "atrium:",
    "visibility_timeout": env.number("TASK_VISIBILITY_SECONDS", 600),
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# -- outside -----------------------------------------------------------------------------------

STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = env.text("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_BASE = env.text("STRIPE_API_BASE", "")
CASHIER_STRIPE_API_BASE = env.text("CASHIER_STRIPE_API_BASE", "")
"""Where brokers' own Stripe accounts are, when not at Stripe itself."""
CASHIER_LEASE_SECONDS = 60
"""A worker that says nothing for so long about a payout it took is taken for dead."""
CASHIER_LATER_SECONDS = 60
"""When a payout that could not be sent, or looked up, is tried again."""
CASHIER_LOOK_SECONDS = 20
"""When a payout without a clear answer is looked up."""
CASHIER_SETTLE_SECONDS = 600
"""How late a provider may still book a payout that it was sent; then a person decides."""
ALLOW_PRIVATE_TRADING_SERVERS = env.switch("ALLOW_PRIVATE_TRADING_SERVERS")
TRADING_CALL_SECONDS = 10
"""How long one call of a trading server may take."""
TRADING_GUARD_SECONDS = 3
"""A worker that sends later than this after it wrote down that it will, does not send."""
TRADING_LEASE_SECONDS = 30
"""A worker that says nothing for so long about an operation it took is taken for dead."""
TRADING_SETTLE_SECONDS = 600
"""How late a trading server may still book what it was sent; longer than any call and lease."""
TRADING_PERSON_SECONDS = 3_300
"""An operation in doubt for so long is left to a person."""
MAIL_FROM = env.text("MAIL_FROM", "no-reply@atrium.example")
DEFAULT_FROM_EMAIL = MAIL_FROM
MAIL_BRAND = "themes.queries.mail_brand"
globals().update(env.mail(env.text("EMAIL_URL", "smtp://localhost:25")))
SENTRY_DSN = env.text("SENTRY_DSN", "")
ENVIRONMENT = env.text("ATRIUM_ENVIRONMENT", "local")
RELEASE = env.text("ATRIUM_RELEASE", "0.1.0")
BASE_URL_OF = "tenants.queries.base_url_of"
TENANT_LINES = "tenants.queries.tenants"
"""Dotted path of a function that lists every tenant, for the kernel's own commands."""
SEALED_HOLDERS: tuple[str, ...] = (
    "kernel.sealed.reseal_own",
    "identity.sealed.reseal_own",
    "modules.clients.services.reseal_own",
    "modules.cashier.services.reseal_own",
    "modules.trading.services.reseal_own",
    "provisioning.servers.sealed.reseal_own",
)
"""Dotted paths of functions that seal a package's values anew when a data key is rotated."""

AFTER_WIRING = "office:trading:new_type"
"""The page to go on with when a trading server is connected; it is given ``?server=<id>``."""

SERVER_PULSE = "modules.trading.queries.serving.pulse_of"
"""Says of a server's id how far it has been read (``provisioning.servers.types.Pulse``)."""

SERVER_USES = "modules.trading.queries.serving.uses_of"
"""Says of a server's id what hangs on it (``provisioning.servers.types.Uses``)."""

SERVER_MISSES = "modules.trading.queries.serving.missed_of"
"""Says of a server's id which of ``provisioning.servers.types.Gone`` are in use."""

# -- files -------------------------------------------------------------------------------------

FILES_ROOT = env.text("FILES_ROOT", str(VAR / "files"))
AWS_STORAGE_BUCKET_NAME = env.text("AWS_STORAGE_BUCKET_NAME", "")
AWS_S3_ENDPOINT_URL = env.text("AWS_S3_ENDPOINT_URL", "") or None
AWS_S3_REGION_NAME = env.text("AWS_S3_REGION_NAME", "") or None
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "frontend" / "dist"]
STORAGES = {
    "default": {
        "BACKEND": "kernel.object_storage.TenantObjects"
        if AWS_STORAGE_BUCKET_NAME
        else "kernel.storage.TenantFiles"
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# -- language and time -------------------------------------------------------------------------

USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("ar", _("Arabic")),
    ("de", _("German")),
    ("es", _("Spanish")),
    ("zh-hans", _("Chinese (simplified)")),
]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [ROOT / "locale"]

CHECKLIST: tuple[str, ...] = (
    "provisioning.runs.checklist.core_items",
    "provisioning.servers.checklist.items",
    "modules.trading.queries.checklist",
)
"""Dotted paths of functions that say what a new broker still has to set up."""

# -- seeing what happens -----------------------------------------------------------------------

LOGGING = log_lines.settings(
    as_json=env.switch("LOG_JSON", default=ENVIRONMENT == "production"),
    level=env.text("LOG_LEVEL", "INFO"),
)
if SENTRY_DSN:
    from kernel import sentry  # its library is slow to load, and useless without an address

    sentry.start(dsn=SENTRY_DSN, environment=ENVIRONMENT, release=RELEASE)
