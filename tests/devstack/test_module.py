from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from devstack import module
from devstack.layout import REPOSITORY

RUFF = [str(Path(sys.executable).parent / "ruff"), "--config", str(REPOSITORY / "pyproject.toml")]


def test_a_new_module_pleases_the_linter_and_the_formatter(tmp_path: Path) -> None:
    made = module.make("copy_trading", tmp_path)

    for order in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [*RUFF[:1], *order, *RUFF[1:], str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout + done.stderr == f"{_praise(order, made)}\n"


def _praise(order: list[str], made: list[Path]) -> str:
    count = sum(file.suffix == ".py" for file in made)
    return "All checks passed!" if order == ["check"] else f"{count} files already formatted"


def test_a_module_that_exists_is_left_alone() -> None:
    assert module.main(["trading"]) == 1


def test_a_name_that_cannot_be_a_module_is_refused() -> None:
    assert module.main(["Copy-Trading"]) == 2
