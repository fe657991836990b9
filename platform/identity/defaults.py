"""Settings of sign-in, as plain constants: ``from identity.defaults import *`` in base.py.

Nothing here may touch a model. ``IDENTITY_APPS`` must come in ``INSTALLED_APPS`` in this
order: our templates override allauth's.
"""

from __future__ import annotations

import datetime as dt
import os

_HTTPS = os.environ.get("PUBLIC_SCHEME", "http") == "https"

IDENTITY_APPS = [
    "identity",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
IDENTITY_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "identity.middleware.IdentityMiddleware",
]
"""After the tenant is pinned, before ``kernel.access.ModuleGate``, in this order."""

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 60 * 60
"""Seconds that a link to set a new password works."""
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "identity.passwords.LengthValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "identity.passwords.ContextWordsValidator"},
]

SESSION_ENGINE = "identity.session_store"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_NAME = "__Host-session" if _HTTPS else "session"
SESSION_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
CSRF_COOKIE_NAME = "__Host-csrf" if _HTTPS else "csrf"
CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

IDENTITY_FRESH_FOR = dt.timedelta(minutes=10)
"""How long a proof of the second factor opens sensitive doors."""
IDENTITY_INVITATION_LIVES = dt.timedelta(days=7)
IDENTITY_WELCOME = {"staff": "office:provisioning:checklist"}
"""Menu line, by kind of person, that opens first to those who have just joined."""
IDENTITY_STAFF_IDLE = dt.timedelta(hours=1)
IDENTITY_STAFF_SESSION = dt.timedelta(hours=12)
IDENTITY_CLIENT_IDLE = dt.timedelta(hours=1)
IDENTITY_CLIENT_SESSION = dt.timedelta(hours=12)
IDENTITY_REMEMBERED_IDLE = dt.timedelta(days=7)
IDENTITY_REMEMBERED_SESSION = dt.timedelta(days=30)
"""For clients who asked to stay signed in on their device; staff cannot."""

ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXY_COUNT", "0"))

ACCOUNT_ADAPTER = "identity.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 2
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "identity.tokens.TenantResetTokens"  # noqa: S105  # a path
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * 10
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_SALT = "identity.account"
ACCOUNT_FORMS = {
    "login": "identity.forms.account.LoginForm",
    "signup": "identity.forms.account.SignupForm",
    "confirm_email_verification_code": "identity.forms.account.ConfirmCodeForm",
    "change_password": "identity.forms.account.ChangePasswordForm",
    "reset_password": "identity.forms.account.ResetPasswordForm",
    "reset_password_from_key": "identity.forms.account.NewPasswordForm",
    "reauthenticate": "identity.forms.account.PasswordAgainForm",
    "change_email": "identity.forms.account.ChangeEmailForm",
    "add_email": "identity.forms.account.AddEmailForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,100/h/ip,5/300s/key",
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,5/h/key",
    "reauthenticate": "10/m/user",
}
"""Counted per tenant, for the cache's keys carry the schema."""

MFA_ADAPTER = "identity.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_USER_VERIFICATION = "preferred"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_DIGITS = 10
MFA_FORMS = {
    "authenticate": "identity.forms.factors.CodeForm",
    "reauthenticate": "identity.forms.factors.CodeAgainForm",
    "activate_totp": "identity.forms.factors.ActivateForm",
    "add_webauthn": "identity.forms.factors.AddPasskeyForm",
}

USERSESSIONS_TRACK_ACTIVITY = False
