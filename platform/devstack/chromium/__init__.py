"""A headless Chromium for the browser tests: the machine's, or one unpacked from npm."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from devstack.layout import REPOSITORY

UNPACKED = REPOSITORY / ".local" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> Path | None:
    """The browser: the one CHROMIUM names, one on the PATH, or the unpacked one."""
    given = os.environ.get("CHROMIUM")
    if given:
        return Path(given)
    for name in NAMES:
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    unpacked = UNPACKED / "chromium"
    return unpacked if (UNPACKED / ".complete").exists() else None


def launch_options() -> dict[str, Any]:
    """The arguments for Playwright's `chromium.launch`.

    Raises:
        FileNotFoundError: there is no browser; `python -m devstack.chromium` brings one.
    """
    executable = find()
    if executable is None:
        raise FileNotFoundError("No Chromium; `python -m devstack.chromium` brings one.")
    env = dict(os.environ)
    if executable.parent == UNPACKED:
        # Its own libraries and fonts: of the system it needs only glibc and libgcc.
        env["LD_LIBRARY_PATH"] = str(UNPACKED / "lib")
        env["FONTCONFIG_PATH"] = str(UNPACKED)
    # Containers have a /dev/shm too small for pages.
    return {"executable_path": str(executable), "env": env, "args": ["--disable-dev-shm-usage"]}
