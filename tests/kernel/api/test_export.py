"""The description that is kept in the repository is the one that the code gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from kernel.api import keys
from kernel.management.commands.export_openapi import described
from kernel.registry import permissions

pytestmark = pytest.mark.no_database

KEPT = Path(__file__).resolve().parents[3] / "docs" / "openapi.json"
AGAIN = "run: .venv/bin/python platform/manage.py export_openapi"


def test_the_description_in_the_docs_is_what_the_code_gives():
    assert KEPT.read_text(encoding="utf-8") == described(), AGAIN


def test_it_describes_operations_of_modules_and_nothing_else():
    paths = json.loads(described())["paths"]

    assert {path.split("/")[:3] == ["", "api", "v1"] for path in paths} == {True}
    assert {path.split("/")[3] for path in paths} == {
        *("cashier", "clients", "requests", "trading", "wallets")
    }


def test_every_operation_names_a_permission_that_exists():
    paths = json.loads(described())["paths"]
    asked = {operation["x-permission"] for item in paths.values() for operation in item.values()}

    assert asked - {"signed_in"} - set(permissions()) == set()
    assert asked & keys.ASKED_FOR == asked - {"signed_in"}


def test_the_command_writes_what_it_later_finds_in_order(tmp_path, capsys):
    file = tmp_path / "openapi.json"

    call_command("export_openapi", str(file))
    call_command("export_openapi", str(file), "--check")

    assert file.read_text(encoding="utf-8") == described()
    assert capsys.readouterr().out == f"{file} written\n"


def test_a_description_that_was_edited_by_hand_is_found(tmp_path):
    file = tmp_path / "openapi.json"
    file.write_text(described().replace("trading", "training", 1), encoding="utf-8")

    with pytest.raises(CommandError, match="out of date"):
        call_command("export_openapi", str(file), "--check")
    assert file.read_text(encoding="utf-8") != described()
