"""The import contracts hold, and each of them fails when it is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.no_database, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
OURS = ("platform", "tenants", "billing", "themes", "modules", "provisioning")


def lint(root):
    path = os.pathsep.join([str(root / "platform"), str(root)])
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    root = tmp_path_factory.mktemp("house")
    for name in OURS:
        shutil.copytree(
            ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "static")
        )
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_the_contracts_hold(copied):
    done = lint(copied)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("platform/kernel/planted.py", "import tenants.models", "Call down, never up"),
        ("themes/planted.py", "import billing.services", "Call down, never up"),
        ("modules/trading/services/planted.py", "import modules.clients.models", "neighbours"),
        ("modules/trading/utils.py", "X = 1", "same rooms"),
        ("modules/trading/queries/planted.py", "import modules.trading.services", "same rooms"),
        ("modules/clients/planted_pay.py", "import billing.services", "what a tenant pays"),
        ("provisioning/planted.py", "import stripe", "Only the gateway"),
    ],
)
def test_a_planted_violation_is_found(copied, file, line, contract):
    planted = copied / file
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(f'"""Planted."""\n\n{line}\n')
    try:
        done = lint(copied)
    finally:
        planted.unlink()

    broken = [text for text in done.stdout.splitlines() if "BROKEN" in text]
    assert done.returncode == 1
    assert any(contract in text for text in broken), done.stdout
