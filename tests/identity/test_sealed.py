from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from kernel import secrets
from modules.clients import services as clients
from modules.clients.models import Client
from modules.clients.types import NewClient
from tests.support.people import make_person
from tests.support.sessions import code_of, give_app
from tests.support.tenants import SYSTEM


def rotate_all():
    secrets.rotate()
    for path in settings.SEALED_HOLDERS:
        import_string(path)(secrets.reseal)


def test_a_second_factor_works_after_the_data_key_was_rotated_cry_05(alpha):
    theo = make_person(alpha, "theo@alpha.example")
    with alpha.pin():
        seed = give_app(theo)
        before = theo.authenticator_set.get(type="totp").data["secret"]

        rotate_all()

        authenticator = theo.authenticator_set.get(type="totp")
        assert authenticator.data["secret"] != before
        assert authenticator.wrap().validate_code(code_of(seed))


def test_a_clients_fields_open_after_the_data_key_was_rotated_cry_05(alpha):
    theo = make_person(alpha, "theo@alpha.example")
    with alpha.pin():
        clients.register(
            NewClient(id=theo.pk, email=theo.email, first_name="Theo", phone="+442079460018"),
            by=SYSTEM,
        )
        before = bytes(Client.objects.get(pk=theo.pk).phone_sealed)

        rotate_all()

        client = Client.objects.get(pk=theo.pk)
        assert bytes(client.phone_sealed) != before
        assert client.sealed("phone") == "+442079460018"
