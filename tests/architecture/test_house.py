from __future__ import annotations

import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.no_database

ROOT = Path(__file__).resolve().parents[2]
OURS = ("platform", "tenants", "billing", "themes", "modules", "provisioning")
FILES = sorted(
    f for top in OURS for f in (ROOT / top).rglob("*.py") if "__pycache__" not in f.parts
)
CODE = [f for f in FILES if "migrations" not in f.parts]


def test_the_folders_that_the_customer_fixed_exist():
    for name in (*OURS, "tests", "helm"):
        assert (ROOT / name).is_dir(), name
    assert (ROOT / "pyproject.toml").is_file()


def test_platform_is_a_folder_and_never_a_package():
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert Path(platform.__file__).is_relative_to(Path(sys.base_prefix))
    assert platform.python_version().startswith("3.")


@pytest.mark.parametrize("file", CODE, ids=lambda f: str(f.relative_to(ROOT)))
def test_no_file_exceeds_four_hundred_lines(file):
    assert len(file.read_text().splitlines()) <= 400


def test_nobody_names_a_file_for_what_it_is_not():
    banned = {"utils.py", "helpers.py", "misc.py", "common.py", "signals.py", "admin.py"}
    allowed = {ROOT / "platform" / "config" / "urls" / "common.py"}

    assert [f for f in CODE if f.name in banned and f not in allowed] == []


def sources_with(pattern, *, but=()):
    expression = re.compile(pattern, re.MULTILINE)
    allowed = {ROOT / path for path in but}
    found = [f for f in CODE if f not in allowed and expression.search(f.read_text())]
    return [str(f.relative_to(ROOT)) for f in found]


def test_nobody_switches_tenants_but_by_the_pin_iso_07():
    assert sources_with(r"\bwith tenant\b|tenant_context|schema_context|\.set_schema\(") == []
    assert sources_with(r"\bpin\.apart\(|import apart", but=["tenants/work.py"]) == []
    assert sources_with(r"\.set_tenant\(") == []


def test_no_guard_relies_on_a_celery_signal_iso_11():
    assert sources_with(r"task_prerun") == []


def test_nothing_is_said_through_the_databases_shared_channels_iso_15():
    assert sources_with(r"pg_notify|\bNOTIFY\s+\w|pg_advisory_\w*lock\(|lo_create\(") == []


def test_money_never_meets_a_float_led_06():
    assert sources_with(r"FloatField|\bREAL\b|double precision", but=[]) == []


def test_the_workshop_leaves_no_trace():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    hosts = re.compile("py" + r"thonhosted|py" + r"pi\.org|npm" + r"js\.(com|org)|deb\." + "debian")
    texts = [
        name
        for name in tracked
        if not name.endswith((".png", ".woff2", ".mo", ".webp"))
        and (ROOT / name).is_file()
        and hosts.search((ROOT / name).read_text(errors="ignore"))
    ]

    assert texts == []
