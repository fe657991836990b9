from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from devstack import locks
from devstack.layout import REPOSITORY

NPM = "frontend/package-lock.json"


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The lock files and what they were made from, in a folder that may be spoiled."""
    client = "tests/provisioning/simulator/third_party"
    for folder in ("requirements", "frontend", "platform/devstack/chromium", client):
        shutil.copytree(
            REPOSITORY / folder,
            tmp_path / folder,
            ignore=shutil.ignore_patterns("node_modules", "dist"),
        )
    monkeypatch.setattr(locks, "REPOSITORY", tmp_path)
    return tmp_path


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text() + text)


def test_our_lock_files_are_in_order(copied: Path) -> None:
    assert locks.faults() == []


def test_a_requirement_that_was_not_locked_is_found(copied: Path) -> None:
    append(copied / "requirements" / "base.in", "nonesuch~=1.0\n")

    assert locks.faults() == [
        "requirements/base.txt lacks nonesuch~=1.0; run `make lock`",
        "requirements/dev.txt lacks nonesuch~=1.0; run `make lock`",
    ]


def test_a_requirement_that_the_lock_does_not_meet_is_found(copied: Path) -> None:
    file = copied / "requirements" / "base.in"
    file.write_text(file.read_text().replace("qrcode", "qrcode<1"))

    assert [fault.split(" has ")[0] for fault in locks.faults()] == [
        "requirements/base.txt",
        "requirements/dev.txt",
    ]


def test_a_requirement_that_is_no_longer_asked_for_is_found(copied: Path) -> None:
    file = copied / "requirements" / "dev.in"
    file.write_text(file.read_text().replace("coverage\n", ""))

    assert locks.faults() == [
        "requirements/dev.txt: nothing asks for coverage any more; run `make lock`"
    ]


def test_a_lock_that_names_a_host_is_found(copied: Path) -> None:
    append(copied / "requirements" / "dev.txt", "--index-url https://registry.example/simple\n")
    file = copied / NPM
    lock = json.loads(file.read_text())
    lock["packages"]["node_modules/uplot"]["resolved"] = "https://registry.example/uplot.tgz"
    file.write_text(json.dumps(lock))

    assert locks.faults() == [
        "requirements/dev.txt names a host: --index-url https://registry.example/simple",
        f"{NPM}: node_modules/uplot names a host",
    ]


def test_a_package_without_a_hash_is_found(copied: Path) -> None:
    append(copied / "requirements" / "dev.txt", "loose==1.0\n    # via coverage\n")

    assert locks.faults() == ["requirements/dev.txt: loose has no hash"]


def test_an_optional_package_that_npm_left_out_is_found(copied: Path) -> None:
    file = copied / NPM
    lock = json.loads(file.read_text())
    del lock["packages"]["node_modules/@esbuild/darwin-arm64"]
    file.write_text(json.dumps(lock))

    assert locks.faults() == [f"{NPM}: @esbuild/darwin-arm64 is missing"]
