"""Settings of the test run."""

from __future__ import annotations

from config.settings.local import *  # noqa: F403 - every setting of local

STORAGES = {
    **STORAGES,  # noqa: F405 - from base
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""Hashing that is quick; that the real settings use Argon2id is a test of its own."""

WHITENOISE_AUTOREFRESH = True
"""Static files are looked up when asked for: every test client has middleware of its own, which
would read them all before its first answer."""

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - from base; WhiteNoise wants to see it
