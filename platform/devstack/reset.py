"""Forgetting everything that a profile keeps."""

from __future__ import annotations

import shutil

from devstack import postgres_files
from devstack.layout import Layout, held


def wipe(layout: Layout) -> int:
    """Remove the profile's data, wherever they are, and its state file.

    Raises:
        Busy: the profile is running.
    """
    with held(layout):
        for folder in (
            layout.home,
            postgres_files.away_from(layout.home),
            layout.state_file.parent,
        ):
            shutil.rmtree(folder, ignore_errors=True)
    print(f"The {layout.profile} data are gone.")
    return 0
