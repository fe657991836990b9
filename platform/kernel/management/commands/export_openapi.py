"""``manage.py export_openapi``: write the API's OpenAPI description, with every module in it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from functools import cache
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel.api import build_api
from kernel.api.describing import schema_for
from kernel.registry import modules

NAMESPACE = "exported_api"
"""Of its own: two APIs cannot share one."""


class Command(BaseCommand):
    """Writes ``docs/openapi.json``; with ``--check`` only says whether it is up to date."""

    help = "Write the OpenAPI description (run it after changing an api.py)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to write, or only to look."""
        parser.add_argument("file", type=Path, nargs="?", default=Path("docs/openapi.json"))
        parser.add_argument("--check", action="store_true", help="change nothing, compare")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the description, or compare it with what was written.

        Raises:
            CommandError: ``--check`` was asked for and the file tells of another API.
        """
        file: Path = options["file"]
        text = described()
        if not options["check"]:
            file.write_text(text, encoding="utf-8")
            self.stdout.write(f"{file} written")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            raise CommandError(f"{file} is out of date: run manage.py export_openapi")


@cache
def described() -> str:
    """The OpenAPI description of all modules as JSON, the same for the same code."""
    api = build_api(NAMESPACE)
    _ = api.urls  # a router's operations are bound when its URLs are made
    schema = schema_for(api, modules())
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
