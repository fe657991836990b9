from __future__ import annotations

import os
from pathlib import Path

import pytest

from devstack import prepared

MANAGE = """
import pathlib
pathlib.Path(__file__).with_name("calls").open("a").write("prepare ")
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house with one migration, whose `manage.py` only counts how often it is called."""
    for name, text in (
        ("platform/manage.py", MANAGE),
        ("platform/config/settings/base.py", ""),
        ("requirements/base.txt", ""),
        ("tenants/migrations/0001_first.py", ""),
        ("var/PG_VERSION", "18"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(prepared, "REPOSITORY", tmp_path)
    return tmp_path


def prepare(house: Path) -> int:
    """Prepare once more; how often it has been done by now."""
    assert prepared.main([str(house / "var" / "mark"), str(house / "var" / "PG_VERSION")]) == 0
    return (house / "platform" / "calls").read_text().count("prepare")


def test_what_is_prepared_is_not_prepared_again(house: Path) -> None:
    assert [prepare(house), prepare(house)] == [1, 1]


def test_a_new_migration_is_reason_to_prepare_again(house: Path) -> None:
    before = prepare(house)
    (house / "tenants" / "migrations" / "0002_second.py").write_text("")

    assert [before, prepare(house), prepare(house)] == [1, 2, 2]


def test_a_new_database_is_reason_to_prepare_again(house: Path) -> None:
    before = prepare(house)
    os.utime(house / "var" / "PG_VERSION", (1, 1))

    assert [before, prepare(house)] == [1, 2]


def test_what_failed_is_tried_again(house: Path) -> None:
    (house / "platform" / "manage.py").write_text("raise SystemExit(3)")
    arguments = [str(house / "var" / "mark"), str(house / "var" / "PG_VERSION")]

    assert [prepared.main(arguments), prepared.main(arguments)] == [3, 3]
    assert not (house / "var" / "mark").exists()
