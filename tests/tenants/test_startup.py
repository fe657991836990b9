from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
        env={
            **environment,
            "PYTHONPATH": SOURCES,
            **GOOD,
            **changes,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_on_real_services_only():
    done = read_production()

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "DATABASE_URL",
            "postgresql://a:b@127.0.0.1/atrium",
            "DATABASE_URL points to this machine",
        ),
        ("REDIS_URL", "redis://localhost/0", "REDIS_URL points to this machine"),
        ("EMAIL_URL", "smtp://localhost:1025", "EMAIL_URL points to this machine"),
        ("STRIPE_API_BASE", "http://stripe.prod.example", "local Stripe"),
        ("STRIPE_SECRET_KEY", "sk_test_local_1", "STRIPE_SECRET_KEY is missing or local"),
        ("SECRET_KEY", "change-me" * 9, "SECRET_KEY is short or a default"),
        ("DATABASE_ROLE_KEY", "short", "DATABASE_ROLE_KEY is short or a default"),
        ("ATRIUM_SIGNING_KEY", GOOD["SECRET_KEY"], "two secrets are the same"),
        ("ATRIUM_MASTER_KEYS", "k1:AAAA", "ATRIUM_MASTER_KEYS"),
        ("PUBLIC_SCHEME", "http", "PUBLIC_SCHEME must be https"),
        ("TENANT_BASE_DOMAIN", "localhost", "TENANT_BASE_DOMAIN is localhost"),
        ("ALLOW_PRIVATE_TRADING_SERVERS", "1", "ALLOW_PRIVATE_TRADING_SERVERS is on"),
        ("ATRIUM_DEVSTACK", "1", "embedded services"),
        ("SENTRY_DSN", "", "SENTRY_DSN is missing"),
    ],
)
def test_production_refuses_what_belongs_to_a_developers_machine(name, value, sentence):
    done = read_production(**{name: value})

    assert done.returncode == 1
    assert sentence in done.stderr
