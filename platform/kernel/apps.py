"""The kernel as a Django app: it checks what modules declare, once, at start-up."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Registers the checks of manifests."""

    name = "kernel"

    def ready(self) -> None:
        """Load the checks after every app is loaded."""
        import_module("kernel.checks")
