from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.production_guard import refuse_what_is_not_for_production
from tenants.startup import refuse_powerful_role

ROOT = Path(__file__).resolve().parents[2]
SOURCES = f"{ROOT / 'platform'}{os.pathsep}{ROOT}"


def serve(**environment):
    return subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": SOURCES, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_vendors_role_may_serve_iso_14():
    refuse_powerful_role()

    assert serve().returncode == 0


def test_web_does_not_start_as_the_provisioner_iso_14():
    done = serve(DATABASE_URL=os.environ["DATABASE_ADMIN_URL"])

    assert done.returncode == 1
    assert "is a superuser" in done.stderr


GOOD = {
    "SECRET_KEY": "s1" * 25,
    "DATABASE_ROLE_KEY": "d2" * 25,
    "ATRIUM_SIGNING_KEY": "k3" * 25,
    "ATRIUM_MASTER_KEYS": "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "DATABASE_URL": "postgresql://atrium_vendor:x@db.prod.example/atrium",
    "DATABASE_ADMIN_URL": "",
    "REDIS_URL": "redis://cache.prod.example/0",
    "EMAIL_URL": "smtp+tls://u:p@mail.prod.example",
    "STRIPE_API_BASE": "",
    "STRIPE_SECRET_KEY": "sk_live_" + "a1b2" * 8,
    "STRIPE_WEBHOOK_SECRET": "whsec_" + "a1b2" * 8,
    "AWS_STORAGE_BUCKET_NAME": "atrium-files",
    "SENTRY_DSN": "https://key@sentry.prod.example/1",
    "PUBLIC_SCHEME": "https",
    "TENANT_BASE_DOMAIN": "brokers.prod.example",
    "VENDOR_HOSTS": "prod.example",
    "ALLOW_PRIVATE_TRADING_SERVERS": "0",
}


def read_production(**changes):
    environment = {k: v for k, v in os.environ.items() if k != "ATRIUM_DEVSTACK"}
    return subprocess.run(
        [sys.executable, "-c", "import config.settings.production"],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": SOURCES, **GOOD, **changes},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_on_real_services_only():
    done = read_production()

    assert done.returncode == 0, done.stderr


def test_production_says_everything_that_belongs_to_a_developers_machine_at_once():
    done = read_production(
        STRIPE_API_BASE="http://stripe.prod.example", PUBLIC_SCHEME="http", ATRIUM_DEVSTACK="1"
    )

    assert done.returncode == 1
    for sentence in ("local Stripe", "PUBLIC_SCHEME must be https", "embedded services"):
        assert sentence in done.stderr


FIT = {
    **GOOD,
    "DATABASES": {"default": {"HOST": "db.prod.example"}},
    "EMAIL_HOST": "mail.prod.example",
    "VENDOR_HOSTS": ["prod.example"],
    "ALLOW_PRIVATE_TRADING_SERVERS": False,
}


@pytest.fixture
def elsewhere(monkeypatch):
    monkeypatch.delenv("ATRIUM_DEVSTACK", raising=False)


def test_settings_that_are_fit_are_not_refused(elsewhere):
    refuse_what_is_not_for_production(FIT)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASES", {"default": {"HOST": "127.0.0.1"}}, "DATABASE_URL points to this machine"),
        ("REDIS_URL", "redis://localhost/0", "REDIS_URL points to this machine"),
        ("EMAIL_HOST", "localhost", "EMAIL_URL points to this machine"),
        ("STRIPE_API_BASE", "http://stripe.prod.example", "local Stripe"),
        ("STRIPE_SECRET_KEY", "sk_test_local_1", "STRIPE_SECRET_KEY is missing or local"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_1", "STRIPE_WEBHOOK_SECRET is missing or local"),
        ("SECRET_KEY", "change-me" * 9, "SECRET_KEY is short or a default"),
        ("DATABASE_ROLE_KEY", "short", "DATABASE_ROLE_KEY is short or a default"),
        ("ATRIUM_SIGNING_KEY", GOOD["SECRET_KEY"], "two secrets are the same"),
        ("ATRIUM_MASTER_KEYS", "k1:AAAA", "ATRIUM_MASTER_KEYS"),
        ("PUBLIC_SCHEME", "http", "PUBLIC_SCHEME must be https"),
        ("TENANT_BASE_DOMAIN", "localhost", "TENANT_BASE_DOMAIN is localhost"),
        ("VENDOR_HOSTS", ["localhost"], "VENDOR_HOSTS names localhost"),
        ("ALLOW_PRIVATE_TRADING_SERVERS", True, "ALLOW_PRIVATE_TRADING_SERVERS is on"),
        ("AWS_STORAGE_BUCKET_NAME", "", "AWS_STORAGE_BUCKET_NAME is missing"),
        ("SENTRY_DSN", "", "SENTRY_DSN is missing"),
    ],
)
def test_production_refuses_what_belongs_to_a_developers_machine(elsewhere, name, value, sentence):
    with pytest.raises(ImproperlyConfigured, match=sentence):
        refuse_what_is_not_for_production({**FIT, name: value})
