"""The vendor sees how a broker's trading servers are: a colour, since when, counts."""

from __future__ import annotations

import pytest

from kernel.pin import PUBLIC, pin
from tenants import services as tenancy


@pytest.fixture
def sheet(alpha, omar):
    """The broker's page after it published some figures."""

    def publish(**figures):
        with pin(PUBLIC):
            tenancy.record_health(alpha.info.id, figures)
        return " ".join(omar.get(f"/console/brokers/{alpha.info.id}/").content.decode().split())

    return publish


def test_colour_since_and_counts_are_shown(sheet):
    page = sheet(
        server="down",
        server_since="2026-03-02T11:00:00+00:00",
        servers=3,
        servers_down=2,
        server_incidents=4,
        server_success_bp=9942,
        server_certificate_days=12,
    )

    for words in ("Down", "2 do not answer", "99.42", "12 days left"):
        assert words in page


def test_what_is_no_instant_and_no_count_is_not_shown(sheet):
    page = sheet(server="up", server_since="kingfisher", servers="kingfisher", servers_down=True)

    assert "Up" in page
    assert "kingfisher" not in page
