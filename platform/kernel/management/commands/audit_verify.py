"""``manage.py audit_verify``: walk the audit chains and name the first link that does not hold."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel import audit, pin
from kernel.management.schemas import chosen_schemas, who_options


class Command(BaseCommand):
    """Checks the chains of the chosen tenants, against anchors kept elsewhere if given."""

    help = "Verify audit chains; the exit status is 1 if one does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose chain, and where the anchors are."""
        who_options(parser)
        parser.add_argument(
            "--anchor", type=Path, help='JSON lines {"schema": ..., "seq": ..., "hash": ...}'
        )
        parser.add_argument(
            "--write-anchor", type=Path, help="append the heads of the chains to this file"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check one chain after another and report all of them.

        Raises:
            CommandError: A chain does not hold.
        """
        anchors = _read(options["anchor"])
        broken = []
        for name, schema in chosen_schemas(options):
            with pin.pin(schema):
                verdict = audit.verify(*anchors.get(schema, ()))
            if verdict.bad_seq is not None:
                broken.append(f"{name}: entry {verdict.bad_seq}: {verdict.why}")
                continue
            self.stdout.write(f"{name}: {verdict.checked} entries hold")
            if options["write_anchor"]:
                _append(options["write_anchor"], schema, verdict.head)
        if broken:
            raise CommandError("\n".join(broken), returncode=1)


def _read(path: Path | None) -> dict[str, list[audit.Head]]:
    anchors: dict[str, list[audit.Head]] = {}
    if path is None:
        return anchors
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            word = json.loads(line)
            head = audit.Head(seq=int(word["seq"]), hash=str(word["hash"]))
            anchors.setdefault(word["schema"], []).append(head)
    return anchors


def _append(path: Path, schema: str, head: audit.Head) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"schema": schema, "seq": head.seq, "hash": head.hash}) + "\n")
