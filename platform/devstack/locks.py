"""The check of the lock files: `python -m devstack.locks`.

They must fit what they were made from, name no host, and leave out no system's packages.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from devstack.layout import REPOSITORY

PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)
HOST = re.compile(r"https?://|--index-url|--find-links|--extra-index-url|--trusted-host")
PYTHON_LOCKS = {"base": ("base",), "dev": ("base", "dev"), "docs": ("docs",)}
NPM_LOCKS = (
    "frontend/package-lock.json",
    "platform/devstack/chromium/package-lock.json",
    "tests/provisioning/simulator/third_party/package-lock.json",
)


def main() -> int:
    """Print every fault; the exit status says whether there was one."""
    found = faults()
    for fault in found:
        print(fault, file=sys.stderr)
    print(f"{len(found)} faults in lock files." if found else "The lock files are in order.")
    return 1 if found else 0


def faults() -> list[str]:
    """Every fault of every lock file, as a sentence."""
    found: list[str] = []
    for lock, sources in PYTHON_LOCKS.items():
        found += _python_faults(lock, sources)
    for name in NPM_LOCKS:
        found += _npm_faults(REPOSITORY / name)
    return found


def _python_faults(lock: str, sources: tuple[str, ...]) -> list[str]:
    text = (REPOSITORY / "requirements" / f"{lock}.txt").read_text()
    name = f"requirements/{lock}.txt"
    pinned = {canonicalize_name(found["name"]): found["version"] for found in PINNED.finditer(text)}
    faults = [f"{name} names a host: {line}" for line in text.splitlines() if HOST.search(line)]
    faults += [f"{name}: {package} has no hash" for package in _without_hash(text)]
    for source in sources:
        for wanted in _wanted(source):
            version = pinned.get(canonicalize_name(wanted.name))
            if version is None:
                faults.append(f"{name} lacks {wanted}; run `make lock`")
            elif not wanted.specifier.contains(version, prereleases=True):
                faults.append(f"{name} has {wanted.name} {version}, not {wanted}; run `make lock`")
    return faults + _unwanted(name, text, sources)


def _wanted(source: str) -> list[Requirement]:
    lines = (REPOSITORY / "requirements" / f"{source}.in").read_text().splitlines()
    bare = (line.split("#", 1)[0].strip() for line in lines)
    return [Requirement(line) for line in bare if line and not line.startswith("-")]


def _without_hash(text: str) -> list[str]:
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    return [block.split("=", 1)[0] for block in blocks if "==" in block and "--hash=" not in block]


def _unwanted(name: str, text: str, sources: tuple[str, ...]) -> list[str]:
    """Packages that the lock has only because a source asked for them, which it no longer does."""
    faults = []
    for block in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE):
        package = canonicalize_name(block.split("=", 1)[0])
        for source in sources:
            if not re.search(rf"-r requirements/{source}\.in$", block, re.MULTILINE):
                continue
            if package not in {canonicalize_name(wanted.name) for wanted in _wanted(source)}:
                faults.append(f"{name}: nothing asks for {package} any more; run `make lock`")
    return faults


def _npm_faults(file: Path) -> list[str]:
    name = file.relative_to(REPOSITORY)
    if not file.exists():
        return [f"{name} is missing"]
    packages: dict[str, dict[str, Any]] = json.loads(file.read_text())["packages"]
    wanted = json.loads(file.with_name("package.json").read_text())
    faults = [
        f"{name}: {key} names a host" for key, entry in packages.items() if "resolved" in entry
    ]
    faults += [
        f"{name}: {key} has no hash"
        for key, entry in packages.items()
        if key and "integrity" not in entry
    ]
    for kind in ("dependencies", "devDependencies"):
        if packages[""].get(kind, {}) != wanted.get(kind, {}):
            faults.append(f"{name}: {kind} differ from package.json; run `make lock`")
    # npm drops, without a word, optional packages that a registry lacks; then `npm ci` refuses.
    asked = {
        needed for entry in packages.values() for needed in entry.get("optionalDependencies", {})
    }
    faults += [
        f"{name}: {needed} is missing"
        for needed in sorted(asked)
        if not any(key.endswith(f"node_modules/{needed}") for key in packages)
    ]
    return faults


if __name__ == "__main__":
    sys.exit(main())
