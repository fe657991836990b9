from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from devstack import module
from devstack.layout import REPOSITORY

RUFF = str(Path(sys.executable).parent / "ruff")


def test_a_new_module_pleases_the_linter_and_the_formatter(tmp_path: Path) -> None:
    module.make("copy_trading", tmp_path)

    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    (tmp_path / "platform").symlink_to(REPOSITORY / "platform")

    assert faults(tmp_path, "check") == ""
    assert faults(tmp_path, "format", "--check") == ""


def faults(folder: Path, *order: str) -> str:
    argv = [RUFF, *order, "--quiet", "modules", "tests"]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_a_module_that_exists_is_left_alone() -> None:
    assert module.main(["trading"]) == 1


def test_a_name_that_cannot_be_a_module_is_refused() -> None:
    assert module.main(["Copy-Trading"]) == 2
