"""What PostgreSQL itself refuses to a tenant, tried from a session of that tenant's role."""

from __future__ import annotations

import threading
from contextlib import suppress

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from psycopg import errors, sql

from kernel import pin
from kernel.models import OutboxEvent
from tenants.backend.credentials import role_of, role_password
from tenants.schemas.provisioner import admin


def session(place, **more):
    """A raw connection as an attacker in the tenant's request would have it."""
    django_settings = connection.settings_dict
    role = role_of(place.schema)
    return psycopg.connect(
        host=django_settings["HOST"],
        port=django_settings["PORT"],
        dbname=django_settings["NAME"],
        user=role,
        password=role_password(role),
        autocommit=True,
        **more,
    )


def plant(place):
    with place.pin(), transaction.atomic():
        from kernel import clock

        OutboxEvent.objects.create(
            name="tests.Secret", payload={}, occurred_at=clock.now(), due_at=clock.now()
        )


ATTACKS = [
    "SELECT * FROM {victim}.kernel_outboxevent",
    "SET search_path = {victim}; SELECT * FROM kernel_outboxevent",
    "SELECT query_to_xml('select * from {victim}.kernel_outboxevent', true, false, '')",
    "SELECT set_config('role', '{victim}_app', true), query_to_xml('select 1', true, false, '')",
    "SELECT set_config('role', '{victim}_owner', true), query_to_xml('select 1', true, false, '')",
    "RESET ROLE; SELECT * FROM {victim}.kernel_outboxevent",
    "SET ROLE {victim}_app",
    "SET ROLE {victim}_owner",
    "SET ROLE {own}_owner",
    "SET SESSION AUTHORIZATION {victim}_app",
    "COMMIT; SELECT * FROM {victim}.kernel_outboxevent",
    "DO $$ BEGIN EXECUTE 'SET ROLE {victim}_app'; END $$",
    "UPDATE {victim}.kernel_outboxevent SET name = 'x'",
    "DELETE FROM {victim}.kernel_outboxevent",
    "INSERT INTO {victim}.kernel_heardevent SELECT * FROM kernel_heardevent",
    "SELECT * FROM public.tenants_tenant",
    "SELECT * FROM public.tenants_domain",
    "SELECT * FROM public.identity_user",
    "CREATE TABLE public.mine (x int)",
    "CREATE TABLE mine (x int)",
    "CREATE TEMP TABLE kernel_outboxevent (x int)",
    "ALTER TABLE kernel_outboxevent ADD COLUMN x int",
    "DROP TABLE kernel_outboxevent",
    "TRUNCATE kernel_heardevent",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'",
    "UPDATE django_migrations SET name = 'x'",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_xact_lock(1)",
    "SELECT lo_create(0)",
    "SELECT pg_read_file('postgresql.conf')",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres' LIMIT 1",
    "CREATE ROLE mine",
    "ALTER ROLE {victim}_app PASSWORD 'x'",
    "UPDATE kernel_auditentry SET action = 'x'",
    "DELETE FROM kernel_auditentry",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_tenants_session_cannot_leave_its_schema_iso_02_iso_03(alpha, beta, attack):
    plant(alpha)

    with session(beta) as connection_of_beta, pytest.raises(psycopg.Error) as refused:
        query = attack.format(victim=alpha.schema, own=beta.schema)
        connection_of_beta.execute(sql.SQL(query))

    allowed = (errors.InsufficientPrivilege, errors.InvalidSchemaName, errors.UndefinedTable)
    assert isinstance(refused.value, allowed), refused.value
    with alpha.pin():
        assert OutboxEvent.objects.get().name == "tests.Secret"


def test_nothing_of_another_tenant_shows_in_statistics_or_activity_iso_02(alpha, beta):
    with session(alpha) as one, session(beta) as other:
        one.execute("SELECT 'a literal of alpha'")
        stats = other.execute(
            "SELECT count(*) FROM pg_stats WHERE schemaname = %s", [alpha.schema]
        ).fetchone()
        texts = other.execute(
            "SELECT query FROM pg_stat_activity WHERE usename = %s", [role_of(alpha.schema)]
        ).fetchall()

    assert stats == (0,)
    assert {text for (text,) in texts} == {"<insufficient privilege>"}


def test_tenant_roles_are_logins_and_members_of_nothing_iso_01(alpha, beta):
    with admin() as connection:
        members = connection.execute(
            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
            " WHERE r.rolname LIKE 't\\_%\\_app'"
        ).fetchone()
        flags = connection.execute(
            "SELECT DISTINCT rolcanlogin, rolsuper, rolinherit, rolcreaterole, rolcreatedb,"
            " rolbypassrls FROM pg_roles WHERE rolname LIKE 't\\_%\\_app'"
        ).fetchall()

    assert members == (0,)
    assert flags == [(True, False, False, False, False, False)]


def test_public_is_closed_to_tenant_roles_iso_04(alpha):
    with admin() as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind = 'r' AND has_table_privilege(%s, oid, 'SELECT')",
            [role_of(alpha.schema)],
        ).fetchall()

    assert tables == []


def test_the_resolver_reads_hosts_and_nothing_else_iso_04(alpha):
    with admin() as connection:
        columns = connection.execute(
            "SELECT DISTINCT table_name FROM information_schema.column_privileges"
            " WHERE grantee = 'atrium_resolver' AND table_schema = 'public'"
            " AND privilege_type <> 'REFERENCES'"
        ).fetchall()

    assert sorted(columns) == [("tenants_domain",), ("tenants_tenant",)]


def test_schema_and_role_names_tell_nothing_iso_05(alpha, beta):
    with admin() as connection:
        names = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'"
            " UNION SELECT rolname FROM pg_roles WHERE rolname LIKE 't\\_%'"
        ).fetchall()

    assert [n for (n,) in names if "alpha" in n or "beta" in n] == []


def test_a_connection_of_one_tenant_sees_its_own_rows_only(alpha, beta):
    plant(alpha)

    with alpha.pin():
        assert OutboxEvent.objects.count() == 1
    with beta.pin():
        assert OutboxEvent.objects.count() == 0


def test_the_tenant_cannot_change_inside_a_transaction_iso_08(alpha, beta):
    with alpha.pin(), transaction.atomic():
        OutboxEvent.objects.count()
        with pin.apart(beta.schema), pytest.raises(pin.TenantPinned):
            OutboxEvent.objects.count()


def test_without_a_tenant_the_database_does_not_answer_iso_06():
    with pytest.raises(pin.NotPinned):
        OutboxEvent.objects.count()


def test_two_threads_never_mix_their_tenants_iso_06(alpha, beta):
    plant(alpha)
    wrong = []

    def look(place, expected):
        for _ in range(200):
            with place.pin():
                if OutboxEvent.objects.count() != expected:
                    wrong.append(place.schema)
        connection.close()
        connection.forget_connections()

    threads = [threading.Thread(target=look, args=a) for a in ((alpha, 1), (beta, 0)) * 2]
    [t.start() for t in threads]
    [t.join() for t in threads]

    assert wrong == []


def test_a_busy_thread_keeps_few_connections(alpha, beta, settings_override):
    with settings_override(TENANT_CONNECTIONS_PER_THREAD=1):
        for place in (alpha, beta) * 3:
            with place.pin():
                OutboxEvent.objects.count()

        assert len(connection._kept) == 1


def test_a_connection_that_died_meanwhile_is_made_anew(alpha, beta, monkeypatch):
    monkeypatch.setattr("tenants.backend.base.IDLE_BEFORE_CHECK", 0)
    with alpha.pin():
        OutboxEvent.objects.count()
    with beta.pin():
        OutboxEvent.objects.count()
    with admin() as provisioner:
        provisioner.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
            " WHERE usename = %s AND datname = current_database()",
            [role_of(alpha.schema)],
        )

    with alpha.pin():
        assert OutboxEvent.objects.count() == 0


def test_a_connection_lost_in_a_transaction_spoils_no_other_tenants(alpha, beta):
    # The server dies in Beta's transaction and is not back when it ends; Alpha's kept
    # connection is dead as well. The thread must recover, not stay in a transaction for ever.
    for place in (alpha, beta):
        with place.pin():
            OutboxEvent.objects.count()
    try:
        with beta.pin(), pytest.raises(OperationalError), transaction.atomic():
            OutboxEvent.objects.count()
            with admin() as provisioner:
                may_connect(provisioner, beta, verb="REVOKE {} FROM")
                end_sessions(provisioner, alpha, beta)
            OutboxEvent.objects.count()
        with alpha.pin(), suppress(OperationalError), transaction.atomic():
            OutboxEvent.objects.count()  # a connection that was kept for long is made anew
    finally:
        with admin() as provisioner:
            may_connect(provisioner, beta, verb="GRANT {} TO")

    for place in (alpha, beta):
        with place.pin(), transaction.atomic():
            assert OutboxEvent.objects.count() == 0
        assert not connection.in_atomic_block


def may_connect(provisioner, place, *, verb):
    # To this database alone: roles are shared by the databases of all test workers.
    right = f'CONNECT ON DATABASE "{provisioner.info.dbname}"'
    provisioner.execute(f'{verb.format(right)} "{role_of(place.schema)}"')


def end_sessions(provisioner, *places):
    provisioner.execute(
        "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
        " WHERE usename = ANY(%s) AND datname = current_database()",
        [[role_of(place.schema) for place in places]],
    )
