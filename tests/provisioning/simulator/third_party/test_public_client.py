"""A public Web API client, unchanged, does its work against the simulated server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from devstack import npm
from tests.support.simulator import running

pytestmark = [pytest.mark.no_database, pytest.mark.slow]

FOLDER = Path(__file__).parent
GROUP = "real\\standard-usd"
CODE = re.compile(r"^npm (?:error|ERR!) code (\S+)", re.MULTILINE)
UNREACHABLE = {
    *("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH"),
    *("ECONNECTIONTIMEOUT", "ERESPONSETIMEOUT"),
}
"""What npm says when nobody answers where its registry should be."""
REFUSED = {"E403", "E407"}
"""What a proxy between us and the registry answers when it lets nobody through."""
IMPATIENT = (
    *("--fetch-retries=1", "--fetch-timeout=30000"),
    *("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000"),
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the client in ``node_modules``, as the lock file has it."""
    folder = tmp_path_factory.mktemp("client")
    for name in (".npmrc", "package.json", "package-lock.json", "session.cjs"):
        shutil.copy(FOLDER / name, folder)
    done = subprocess.run(
        npm.command("ci", "--ignore-scripts", "--no-audit", "--no-fund", *IMPATIENT),
        cwd=folder,
        env=npm.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode and is_unreachable(done.stderr, os.environ):
        pytest.skip(f"NOT TESTED: no registry to install mt5-sdk from: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return folder


def is_unreachable(said, environment):
    """Whether npm failed for want of a registry, which is no fault of ours."""
    proxied = any(name.lower().endswith("_proxy") for name in environment)
    excuses = UNREACHABLE | REFUSED if proxied else UNREACHABLE
    return bool(excuses & set(CODE.findall(said)))


@pytest.fixture(scope="module")
def verdict(installed, tmp_path_factory):
    """What the session of ``session.cjs`` came to."""
    with running(tmp_path_factory.mktemp("third_party")) as server:
        told = subprocess.run(
            [str(npm.node_folder() / "bin" / "node"), "session.cjs"],
            cwd=installed,
            env=npm.environment()
            | {
                "HOST": "127.0.0.1",
                "PORT": str(server.port),
                "LOGIN": str(server.login),
                "API_PASSWORD": server.password,
                "GROUP": GROUP,
                "NODE_NO_WARNINGS": "1",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert told.returncode == 0, told.stdout + told.stderr
        yield json.loads(told.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("code", "environment", "excused"),
    [
        ("ENOTFOUND", {}, True),
        ("ECONNREFUSED", {}, True),
        ("E407", {"https_proxy": "http://proxy.example"}, True),
        ("E403", {}, False),
        ("E404", {"https_proxy": "http://proxy.example"}, False),
        ("EINTEGRITY", {}, False),
        ("EUSAGE", {}, False),
    ],
)
def test_only_a_registry_out_of_reach_excuses_this_test(code, environment, excused):
    said = f"npm warn config\nnpm error code {code}\nnpm error network ENOTFOUND in passing"

    assert is_unreachable(said, environment) is excused


def test_it_signs_in_and_adds_an_account(verdict):
    assert verdict["created"]["Group"] == GROUP
    assert verdict["created"]["Name"] == "Theo Adler"


def test_it_pays_in_and_out_by_body_and_by_query(verdict):
    deals = {deal["Deal"]: deal for deal in verdict["traded"]["deals"]}

    assert deals[verdict["deposit"]["Ticket"]]["Profit"] == "1000.50"
    assert deals[verdict["withdrawal"]["Ticket"]]["Profit"] == "-200.00"


def test_it_changes_an_account_and_its_password(verdict):
    assert (verdict["updated"]["Leverage"], verdict["updated"]["City"]) == ("50", "Vienna")
    assert verdict["passwords"] == [True, False, True, True]


def test_it_trades_and_reads_deals_and_positions(verdict):
    traded = verdict["traded"]

    assert traded["result"]["ResultRetcode"] == "10009"
    assert [deal["Action"] for deal in traded["deals"]] == ["2", "2", "0"]
    assert [(one["Symbol"], one["Volume"]) for one in traded["positions"]] == [("EURUSD", "100")]
    assert traded["positions"][0]["Position"] == traded["deals"][-1]["PositionID"]


def test_it_finds_the_account_again_alone_and_in_its_group(verdict):
    assert verdict["user"]["Balance"] == "800.50"
    assert [one["Login"] for one in verdict["batch"]["answer"]] == [verdict["created"]["Login"]]
