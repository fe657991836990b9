from __future__ import annotations

import datetime as dt
import socket
import threading
import uuid
from urllib.parse import urlsplit

import dns.message
import dns.rrset
import pytest
from django.db import transaction
from django.test import override_settings

from kernel import audit, clock, pin
from kernel.actor import Actor
from tenants import directory, errors, queries, services
from tenants.models import Domain, ReadySchema, Tenant
from tenants.work import run_in

OMAR = Actor.system("omar")


@pytest.mark.parametrize(
    "slug", ["ab", "1abc", "abc-", "a--b", "A B", "x" * 31, "ümlaut", "a.b", ""]
)
def test_an_address_that_is_no_host_label_is_refused(in_public, slug):
    with pytest.raises(errors.SlugMalformed):
        services.reserve_slug(slug)


def test_reserved_and_taken_addresses_are_refused(alpha, in_public):
    with pytest.raises(errors.SlugReserved, match="admin is reserved"):
        services.reserve_slug("admin")
    with pytest.raises(errors.SlugTaken, match="alpha is already taken"):
        services.reserve_slug("ALPHA ")


def test_a_new_broker_gets_a_schema_from_the_reserve(in_public):
    ready = list(ReadySchema.objects.order_by("made_at").values_list("schema_name", flat=True))

    info = services.create_tenant("gamma", name="Gamma", by=OMAR)

    assert info.schema == ready[0]
    assert (
        list(ReadySchema.objects.order_by("made_at").values_list("schema_name", flat=True))
        == ready[1:]
    )
    assert info.state == "new"


def test_creating_the_same_broker_again_changes_nothing(in_public):
    one = services.create_tenant("gamma", name="Gamma", by=OMAR, tenant_id=uuid.UUID(int=7))
    two = services.create_tenant("gamma", name="Gamma", by=OMAR, tenant_id=uuid.UUID(int=7))

    assert one == two
    assert Tenant.objects.filter(slug="gamma").count() == 1


def test_with_an_empty_reserve_a_schema_is_made_on_the_spot(in_public):
    ReadySchema.objects.all().delete()

    info = services.create_tenant("gamma", name="Gamma", by=OMAR)

    assert info.schema.startswith("t_")


def test_suspending_closes_the_doors_at_once_and_resuming_opens_them(alpha, in_public):
    services.suspend(alpha.info.id, reason="unpaid", by=OMAR)
    closed = directory.find_by_host("alpha.localhost").state
    services.resume(alpha.info.id, reason="paid", by=OMAR)

    assert (closed, directory.find_by_host("alpha.localhost").state) == ("suspended", "live")
    with pytest.raises(errors.NoSuchMove):
        services.resume(alpha.info.id, reason="again", by=OMAR)
    notes = [(n.action, n.reason) for n in audit.entries(about=f"tenant:{alpha.info.id}", limit=2)]
    assert notes == [("tenants.moved", "paid"), ("tenants.moved", "unpaid")]


def test_a_tenants_health_holds_numbers_and_states_only_vnd_01(alpha, in_public):
    services.record_health(alpha.info.id, {"clients": 3, "server": "proven"})

    assert queries.get_tenant(alpha.info.id).health == {"clients": 3, "server": "proven"}
    with pytest.raises(ValueError, match="state"):
        services.record_health(alpha.info.id, {"best": "theo@alpha.example"})


def test_work_for_another_schema_has_its_own_transaction(alpha, in_alpha):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        run_in(pin.PUBLIC, services.set_theme_version, alpha.info.id, "v2")
        _ = 1 / 0

    assert run_in(pin.PUBLIC, queries.get_tenant, alpha.info.id).slug == "alpha"
    assert directory.find_by_host("alpha.localhost").theme_version == "v2"


def test_an_unknown_host_is_nobodys(alpha):
    assert directory.find_by_host("gamma.localhost") is None
    assert directory.find_by_schema("t_nobody") is None


@pytest.fixture
def names():
    """A DNS server on loopback that answers what the test says."""
    records: dict[tuple[str, str], str] = {}
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                data, peer = server.recvfrom(4096)
            except OSError:
                return
            question = dns.message.from_wire(data)
            answer = dns.message.make_response(question)
            asked = question.question[0]
            kind = dns.rdatatype.to_text(asked.rdtype)
            value = records.get((asked.name.to_text(omit_final_dot=True), kind))
            if value:
                answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, value))
            server.sendto(answer.to_wire(), peer)

    threading.Thread(target=serve, daemon=True).start()
    with override_settings(DNS_SERVER="127.0.0.1:%d" % server.getsockname()[1]):
        yield records
    server.close()


def publish(names, domain):
    names[domain.txt_name, "TXT"] = f'"{domain.txt_value}"'
    names[domain.host, "CNAME"] = f"{domain.cname_target}."


def test_a_custom_host_answers_only_once_dns_proves_it_dom_05(alpha, in_public, names):
    domain = services.add_domain(alpha.info.id, "My.Broker.Example", by=OMAR)
    assert directory.find_by_host("my.broker.example") is None
    assert "TXT" in services.verify_domain(domain.id, by=OMAR).problem

    names[domain.txt_name, "TXT"] = f'"{domain.txt_value}"'
    assert "CNAME" in services.verify_domain(domain.id, by=OMAR).problem
    publish(names, domain)

    assert services.verify_domain(domain.id, by=OMAR).state == "verified"
    assert directory.find_by_host("my.broker.example").slug == "alpha"


def test_a_host_is_lost_after_two_misses_and_no_certificate_is_issued_dom_05_dom_06(
    alpha, in_public, names
):
    domain = services.add_domain(alpha.info.id, "my.broker.example", by=OMAR)
    publish(names, domain)
    services.verify_domain(domain.id, by=OMAR)
    assert services.may_issue("my.broker.example")
    names.clear()

    assert services.verify_domain(domain.id, by=OMAR).state == "verified"
    assert services.verify_domain(domain.id, by=OMAR).state == "lost"

    assert not services.may_issue("my.broker.example")
    directory.forget()
    assert directory.find_by_host("my.broker.example") is None


def test_a_freed_host_stays_out_of_use_for_ninety_days_dom_05(alpha, beta, in_public, frozen):
    domain = services.add_domain(alpha.info.id, "my.broker.example", by=OMAR)
    with pytest.raises(errors.HostTaken):
        services.add_domain(beta.info.id, "my.broker.example", by=OMAR)
    services.remove_domain(domain.id, by=OMAR)
    clock.advance(dt.timedelta(days=89))
    with pytest.raises(errors.HostTaken):
        services.add_domain(beta.info.id, "my.broker.example", by=OMAR)
    clock.advance(dt.timedelta(days=2))

    services.add_domain(beta.info.id, "my.broker.example", by=OMAR)

    assert Domain.objects.get(domain="my.broker.example").tenant_id == beta.info.id


@pytest.mark.parametrize(
    "host",
    [
        "broker",
        "-a.example",
        "a..example",
        "localhost",
        "x.localhost",
        "1.2.3.4",
        "a b.example",
        "",
    ],
)
def test_a_name_that_cannot_be_a_custom_host_is_refused(alpha, in_public, host):
    with pytest.raises(errors.HostMalformed):
        services.add_domain(alpha.info.id, host, by=OMAR)


def test_no_certificate_for_names_nobody_proved_dom_06(alpha, in_public):
    assert services.may_issue("alpha.localhost")
    assert [services.may_issue(f"x{n}.example") for n in range(100)] == [False] * 100


def test_links_are_made_with_the_primary_host_dom_02(alpha, in_public, names):
    domain = services.add_domain(alpha.info.id, "my.broker.example", by=OMAR)
    with pytest.raises(errors.NotVerified):
        services.make_primary(alpha.info.id, domain.id, by=OMAR)
    publish(names, domain)
    services.verify_domain(domain.id, by=OMAR)

    services.make_primary(alpha.info.id, domain.id, by=OMAR)

    assert urlsplit(queries.base_url_of(alpha.schema)).hostname == "my.broker.example"
    assert directory.find_by_host("alpha.localhost").primary_host == "my.broker.example"
