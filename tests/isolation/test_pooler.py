"""ISO-09: through a pooler in transaction mode nobody ever speaks as another tenant."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from identity.models import Team
from tenants.backend.credentials import RESOLVER, role_of, role_password
from tenants.schemas.provisioner import admin
from tests.isolation import pooler
from tests.isolation.who_am_i import PATH
from tests.support.tenants import make_tenant

REQUESTS = 10_000
THREADS = 8
WRITE_EVERY = 10
SEED = 20261121


@pytest.fixture
def two(alpha, beta):
    """Two brokers, each with one row that says whose it is."""
    return [marked(alpha), marked(beta)]


@pytest.fixture
def ten(two):
    """Eight more."""
    return [*two, *(marked(make_tenant(f"pool{n}", name=f"Pool {n}")) for n in range(8))]


def marked(place):
    with place.pin():
        Team.objects.create(name=f"mark {place.info.slug}")
    return place


@pytest.fixture
def pooled(tmp_path):
    """Run the pooler for some brokers and say its port."""
    if pooler.PROGRAM is None:
        pytest.skip(
            "PgBouncer is not on this machine (as root: apt-get install pgbouncer), so that"
            " tenants stay apart through a pooler in transaction mode IS NOT PROVEN here"
        )
    with ExitStack() as running:

        def start(places):
            roles = [RESOLVER, settings.VENDOR_ROLE, *(role_of(one.schema) for one in places)]
            passwords = {role: role_password(role) for role in roles}
            return running.enter_context(pooler.pooled(tmp_path, passwords))

        yield start


def wrong_answers(places, seed):
    """Ask for a random broker again and again; what was not its own, and what was written."""
    dice = random.Random(seed)
    clients = {place: Client(headers={"host": place.host}) for place in places}
    wrong, written = [], Counter()
    for number in range(REQUESTS // THREADS):
        place = dice.choice(places)
        slug = place.info.slug
        wish = {"write": f"{slug} {seed} {number}"} if number % WRITE_EVERY == 0 else {}
        answer = clients[place].get(PATH, wish)
        written[slug] += bool(wish)
        expected = {
            "slug": slug,
            "schema": place.schema,
            "role": role_of(place.schema),
            "marks": [f"mark {slug}"],
        }
        if answer.status_code != 200 or answer.json() != expected:
            wrong.append((expected, answer.status_code, answer.content[:200]))
    connection.forget_connections()
    connections.close_all()
    return wrong, written


@pytest.mark.slow
def test_ten_thousand_interleaved_requests_never_see_a_wrong_tenant_iso_09(
    ten, pooled, settings_override
):
    port = pooled(ten)
    connection.forget_connections()  # the direct ones of the preparation
    middleware = [*settings.MIDDLEWARE, "tests.isolation.who_am_i.WhoAmI"]

    with (
        settings_override(MIDDLEWARE=middleware),
        pooler.everything_through(port),
        ThreadPoolExecutor(THREADS) as pool,
    ):
        walks = [pool.submit(wrong_answers, ten, SEED + n) for n in range(THREADS)]
        results = [walk.result() for walk in walks]
        most = sessions_of(ten)

    assert [wrong for wrong, _ in results if wrong] == []
    # They shared sessions; one of a role's may be on its way out.
    assert 0 < max(most.values()) <= pooler.CONNECTIONS_PER_ROLE + 1 < THREADS
    for place in ten:
        expected = sum(written[place.info.slug] for _, written in results)
        with place.pin():
            names = list(Team.objects.exclude(name__startswith="mark ").values_list("name"))
        assert len(names) == expected
        assert {name.split()[0] for (name,) in names} == {place.info.slug}


def sessions_of(places):
    """How many sessions PostgreSQL has of each tenant's role."""
    with admin() as provisioner:
        rows = provisioner.execute(
            "SELECT usename, count(*) FROM pg_stat_activity WHERE usename = ANY(%s)"
            " AND datname = current_database() AND client_addr IS NOT NULL GROUP BY 1",
            [[role_of(place.schema) for place in places[2:]]],
        ).fetchall()
    return dict(rows)


def test_two_clients_on_one_server_session_read_their_own_data_iso_09(two, pooled):
    one, other = two
    port = pooled(two)

    def ask(place):
        with open_session(port, role_of(place.schema)) as session:
            return session.execute("SELECT name FROM identity_team").fetchall()

    assert [ask(place) for place in (one, other, one)] == [
        [(f"mark {place.info.slug}",)] for place in (one, other, one)
    ]


@pytest.mark.parametrize("role", ["postgres", "atrium_vendor"])
def test_the_pooler_opens_no_session_in_a_name_it_does_not_know_iso_09(two, pooled, role):
    port = pooled(two)
    # The vendor's role is known to it, but not by a tenant's password.
    with pytest.raises(psycopg.OperationalError):
        open_session(port, role, password=role_password(role_of(two[0].schema)))


def open_session(port, role, password=None):
    return psycopg.connect(
        host="127.0.0.1",
        port=port,
        dbname=connection.settings_dict["NAME"],
        user=role,
        password=password or role_password(role),
        autocommit=True,
        prepare_threshold=None,
    )
