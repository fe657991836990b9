from __future__ import annotations

import uuid

import pytest

from identity import queries, services
from identity.errors import (
    LastAdmin,
    MoreThanYours,
    NameTaken,
    NotANetwork,
    NotYourself,
    RoleInUse,
    RoleLocked,
    WouldLockYouOut,
)
from identity.masking import mask
from identity.models import Role, RoleMembership, User
from kernel import audit
from kernel.actor import Actor, ActorKind, Scope
from tests.support.people import make_staff
from tests.support.tenants import SYSTEM


def role_id(key):
    return Role.objects.get(key=key).pk


def test_seeding_roles_twice_changes_nothing(in_alpha):
    services.save_role(role_id("sales"), name="Sellers", grants={}, masked=[], by=SYSTEM)

    services.seed_roles(by=SYSTEM)

    names = [role.name for role in queries.role_lines()]
    assert names == ["Administrator", "Compliance", "Finance", "Sellers", "Support"]


def test_administrator_has_every_right_of_a_broker(in_alpha, ada):
    actor = queries.actor_of(ada)

    assert set(actor.grants) == set(queries.grantable())
    assert set(actor.grants.values()) == {Scope.ALL}
    assert not any(code.startswith("console.") for code in actor.grants)


def test_vendor_administrator_has_the_console_and_nothing_of_a_broker(vendor, omar):  # VND-01
    with vendor.pin():
        grants = queries.actor_of(omar).grants

    assert {code.partition(".")[0] for code in grants} == {"console", "identity"}


def test_client_has_the_rights_of_clients_only(in_alpha, theo):
    actor = queries.actor_of(theo)

    assert not actor.may("identity.see_people")
    assert set(actor.grants.values()) <= {Scope.OWN}


def test_rights_of_two_roles_add_up(in_alpha, sol):
    services.give_roles(sol.pk, [role_id("sales"), role_id("support")], by=SYSTEM)

    actor = queries.actor_of(sol)
    assert actor.scope("trading.see_accounts") in (Scope.ALL, None)
    assert actor.masked == frozenset({"bank_details", "document_number"})


def test_last_administrator_stays(in_alpha, ada, sol):
    with pytest.raises(LastAdmin):
        services.disable_person(ada.pk, by=SYSTEM)
    with pytest.raises(LastAdmin):
        services.give_roles(ada.pk, [role_id("sales")], by=SYSTEM)

    assert User.objects.get(pk=ada.pk).is_active
    assert queries.actor_of(ada).may("identity.manage_people")


def test_administrator_may_go_when_another_stays(alpha, ada):
    make_staff(alpha, "second@alpha.example")

    with alpha.pin():
        services.disable_person(ada.pk, by=SYSTEM)
        assert not User.objects.get(pk=ada.pk).is_active


def test_nobody_disables_themselves(in_alpha, ada):
    with pytest.raises(NotYourself):
        services.disable_person(ada.pk, by=queries.actor_of(ada))


def test_nobody_gives_rights_that_they_lack(in_alpha, ada, sol):
    helper = uuid.uuid4()
    weak = Actor(
        kind=ActorKind.PERSON,
        id=helper,
        name="Weak",
        grants={"identity.manage_people": Scope.ALL},
    )

    with pytest.raises(MoreThanYours):
        services.give_roles(sol.pk, [role_id("admin")], by=weak)

    assert [role.name for role in queries.person_line(sol.pk).roles] == ["Sales"]


def test_role_of_the_product_with_every_right_cannot_be_changed(in_alpha):
    with pytest.raises(RoleLocked):
        services.save_role(role_id("admin"), name="Boss", grants={}, masked=[], by=SYSTEM)
    with pytest.raises(RoleLocked):
        services.remove_role(role_id("admin"), by=SYSTEM)


def test_role_that_someone_holds_is_not_removed(in_alpha, sol):
    with pytest.raises(RoleInUse):
        services.remove_role(role_id("sales"), by=SYSTEM)


def test_two_roles_cannot_share_a_name(in_alpha):
    with pytest.raises(NameTaken):
        services.save_role(None, name="sales", grants={}, masked=[], by=SYSTEM)


def test_change_of_rights_takes_effect_on_the_next_question(in_alpha, sol):
    made = services.save_role(
        None, name="Watcher", grants={"identity.see_people": Scope.OWN}, masked=["phone"], by=SYSTEM
    )
    services.give_roles(sol.pk, [made], by=SYSTEM)
    assert queries.actor_of(sol).scope("identity.see_people") == Scope.OWN

    services.save_role(made, name="Watcher", grants={}, masked=[], by=SYSTEM)

    assert queries.actor_of(sol).scope("identity.see_people") is None


def test_scope_reaches_own_team_or_all(alpha, in_alpha, ada, sol):
    mate = make_staff(alpha, "mate@alpha.example", role="sales")
    team = services.add_team(name="Madrid", by=SYSTEM)
    services.set_team_people(team, [sol.pk, mate.pk], by=SYSTEM)

    def reached(scope):
        grants = {"x.see": scope} if scope else {}
        actor = Actor(
            kind=ActorKind.PERSON,
            id=sol.pk,
            name="Sol",
            grants=grants,
            team_ids=queries.actor_of(sol).team_ids,
        )
        held = RoleMembership.objects.filter(queries.in_scope(actor, "x.see", owner="person_id"))
        return set(held.values_list("person_id", flat=True))

    assert reached(Scope.OWN) == {sol.pk}
    assert reached(Scope.TEAM) == {sol.pk, mate.pk}
    assert reached(Scope.ALL) == {ada.pk, sol.pk, mate.pk}
    assert reached(None) == set()


def test_list_of_people_costs_the_same_for_one_and_for_three(alpha, ada, queries_of_people):
    make_staff(alpha, "b@alpha.example")
    make_staff(alpha, "c@alpha.example", role="sales")

    queries_of_people(3)


@pytest.fixture
def queries_of_people(alpha, ada, request):
    expect = request.getfixturevalue("queries")

    def count(people):
        with alpha.pin(), expect(4):
            assert len(queries.person_lines()) == people

    count(1)
    return count


def test_people_of_beta_are_not_in_alphas_list(alpha, ada, ben):
    with alpha.pin():
        assert [line.email for line in queries.person_lines()] == [ada.email]
        assert queries.find_person(ben.pk) is None


def test_every_change_is_in_the_audit(in_alpha, sol):
    services.disable_person(sol.pk, by=SYSTEM, reason="left")
    services.enable_person(sol.pk, by=SYSTEM)

    assert [entry.action for entry in audit.entries(about=sol)] == [
        "identity.person_enabled",
        "identity.person_disabled",
    ]


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("email", "theo@example.com", "t•••@e•••"),
        ("phone", "+34 600 123 456", "••••56"),
        ("phone", "123", "••••"),
        ("address", "Main Street 1", "Main Street 1"),
        ("email", "", ""),
    ],
)
def test_masked_fields_are_shown_in_part(field, value, shown):
    actor = Actor(kind=ActorKind.PERSON, id=None, name="Sol", masked=frozenset({"email", "phone"}))

    assert mask(actor, field, value) == shown


def test_address_list_never_shuts_out_its_writer(in_alpha):
    with pytest.raises(WouldLockYouOut):
        services.allow_address(network="192.0.2.0/24", note="", by=SYSTEM, from_address="10.0.0.1")
    with pytest.raises(NotANetwork):
        services.allow_address(network="office", note="", by=SYSTEM, from_address="10.0.0.1")

    assert queries.address_rules() == ()
    assert queries.address_allowed("10.0.0.1")


def test_mapped_ipv4_address_is_recognised(in_alpha):
    services.allow_address(network="10.0.0.0/8", note="", by=SYSTEM, from_address="10.0.0.1")

    assert queries.address_allowed("::ffff:10.2.3.4")
    assert not queries.address_allowed("2001:db8::1")
