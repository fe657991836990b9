"""``manage.py compile_catalogues``: make the translations under ``locale/`` readable to gettext."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from kernel.catalogues import compile_folder


class Command(BaseCommand):
    """Compiles every ``.po`` of ``LOCALE_PATHS``; needs no gettext on the machine."""

    help = "Compile the translations under locale/ (run it after editing a .po file)."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Compile and name the files."""
        for folder in settings.LOCALE_PATHS:
            for written in compile_folder(Path(folder)):
                self.stdout.write(str(written))
