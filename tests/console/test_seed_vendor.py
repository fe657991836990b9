from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from identity.models import User
from kernel.pin import PUBLIC, pin


def test_the_first_vendor_is_made_once(vendor, monkeypatch, capsys):
    monkeypatch.setenv("VENDOR_ADMIN_EMAIL", "Omar@Atrium.example")
    monkeypatch.setenv("VENDOR_ADMIN_PASSWORD", "correct horse battery staple")

    call_command("seed_vendor")
    call_command("seed_vendor")

    with pin(PUBLIC):
        (omar,) = User.objects.all()
        assert (omar.email, omar.kind) == ("omar@atrium.example", "vendor")
        assert omar.check_password("correct horse battery staple")
    assert capsys.readouterr().out.splitlines() == [
        "omar@atrium.example may sign in",
        "omar@atrium.example is there already",
    ]


def test_without_a_name_nobody_is_made(vendor, monkeypatch):
    monkeypatch.delenv("VENDOR_ADMIN_EMAIL", raising=False)

    with pytest.raises(CommandError):
        call_command("seed_vendor")

    with pin(PUBLIC):
        assert User.objects.count() == 0
