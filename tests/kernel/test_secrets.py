from __future__ import annotations

import base64
import datetime as dt
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction

from kernel import clock, secrets
from kernel.models import DataKey, Letter
from kernel.models.secrets import KeyPurpose
from kernel.pin import NotPinned, pin
from kernel.secrets import keys, master, sealing

PLACE = "servers.TradingServer.api_password:1"


@pytest.fixture(autouse=True)
def _nothing_remembered():
    keys.forget()
    yield
    keys.forget()


def make_master_key():
    return base64.b64encode(os.urandom(32)).decode()


def test_what_was_sealed_can_be_read_again(alpha):
    with pin(alpha.schema):
        sealed = secrets.seal("pässword", about=PLACE)
        assert secrets.unseal(sealed, about=PLACE) == "pässword".encode()


def test_a_sealed_value_shows_nothing_of_itself_cry_01(alpha, raw_sql):
    with pin(alpha.schema):
        sealed = secrets.seal("canary-4711", about=PLACE)
        letter = Letter.objects.create(template="x", sealed=sealed)

    stored = raw_sql.execute(f'SELECT sealed FROM "{alpha.schema}".kernel_letter').fetchone()[0]

    assert letter.sealed == stored
    assert b"canary" not in stored
    assert len(stored) == len("canary-4711") + sealing.OVERHEAD


def test_a_moved_value_is_refused_cry_02(alpha):
    with pin(alpha.schema):
        sealed = secrets.seal("secret", about=PLACE)

        with pytest.raises(secrets.Unsealable):
            secrets.unseal(sealed, about="servers.TradingServer.api_password:2")
        with pytest.raises(secrets.Unsealable):
            secrets.unseal(sealed, about="servers.TradingServer.login:1")


@pytest.mark.parametrize("position", [0, 3, 14, 15, -1])
def test_an_altered_value_is_refused_cry_02(alpha, position):
    with pin(alpha.schema):
        altered = bytearray(secrets.seal("secret", about=PLACE))
        altered[position] ^= 1

        with pytest.raises(secrets.Unsealable):
            secrets.unseal(bytes(altered), about=PLACE)


def test_a_value_of_an_unknown_key_version_is_refused_cry_02(alpha):
    with pin(alpha.schema):
        altered = bytearray(secrets.seal("secret", about=PLACE))
        altered[2] = 9

        with pytest.raises(secrets.KeyMissing):
            secrets.unseal(bytes(altered), about=PLACE)


@pytest.mark.parametrize("length", [0, 1, 30])
def test_a_cut_value_is_refused_cry_02(alpha, length):
    with pin(alpha.schema):
        sealed = secrets.seal("", about=PLACE)

        with pytest.raises(secrets.Unsealable):
            secrets.unseal(sealed[:length], about=PLACE)


def test_another_tenant_cannot_read_it_cry_02(alpha, beta):
    with pin(alpha.schema):
        sealed = secrets.seal("secret", about=PLACE)

    with pin(beta.schema):
        secrets.seal("its own", about=PLACE)
        with pytest.raises(secrets.Unsealable):
            secrets.unseal(sealed, about=PLACE)


def test_even_the_right_key_does_not_open_it_in_another_tenant_cry_02(alpha, beta):
    with pin(alpha.schema):
        sealed = secrets.seal("secret", about=PLACE)
        key = keys.newest(KeyPurpose.FIELD)

    with pin(beta.schema):
        keys._opened[beta.schema, KeyPurpose.FIELD, 1] = key
        with pytest.raises(secrets.Unsealable):
            secrets.unseal(sealed, about=PLACE)


def test_a_wrapped_key_copied_to_another_tenant_does_not_open(alpha, beta):
    with pin(alpha.schema):
        secrets.seal("secret", about=PLACE)
        row = DataKey.objects.get()

    with pin(beta.schema):
        row.save(force_insert=True)
        with pytest.raises(master.MasterKeyMissing):
            secrets.seal("secret", about=PLACE)


def test_nothing_is_sealed_outside_a_unit_of_work(alpha):
    with pytest.raises(NotPinned):
        secrets.seal("secret", about=PLACE)


def test_nonces_differ_and_uses_are_counted_cry_03(alpha, monkeypatch):
    monkeypatch.setattr(keys, "BLOCK", 8)
    with pin(alpha.schema):
        sealed = [secrets.seal("same", about=PLACE) for _ in range(17)]

        assert len({value[3:15] for value in sealed}) == 17
        assert DataKey.objects.get().seals == 24


def test_an_alarm_rings_near_the_limit_of_a_key_cry_03(alpha, caplog):
    with pin(alpha.schema):
        secrets.seal("first", about=PLACE)
        DataKey.objects.update(seals=keys.ALARM_AT)
        keys.forget()
        secrets.seal("second", about=PLACE)

    assert [record.levelname for record in caplog.records if "limit" in record.message] == ["ERROR"]


def test_a_blind_index_differs_by_tenant_and_column_cry_04(alpha, beta):
    with pin(alpha.schema):
        one = secrets.blind_index("clients.email", "theo@example.com")
        again = secrets.blind_index("clients.email", "theo@example.com")
        other_column = secrets.blind_index("clients.phone", "theo@example.com")
    with pin(beta.schema):
        other_tenant = secrets.blind_index("clients.email", "theo@example.com")

    assert one == again
    assert len({one, other_column, other_tenant}) == 3


def test_a_new_master_key_needs_no_downtime_cry_05(alpha, change_settings):
    old, new = make_master_key(), make_master_key()
    change_settings(ATRIUM_MASTER_KEYS=f"k1:{old}")
    with pin(alpha.schema):
        sealed = secrets.seal("secret", about=PLACE)
    change_settings(ATRIUM_MASTER_KEYS=f"k2:{new},k1:{old}")
    keys.forget()

    with pin(alpha.schema):
        assert secrets.unseal(sealed, about=PLACE) == b"secret"
        assert secrets.rewrap() == 1
        assert secrets.rewrap() == 0

    change_settings(ATRIUM_MASTER_KEYS=f"k2:{new}")
    keys.forget()
    with pin(alpha.schema):
        assert secrets.unseal(sealed, about=PLACE) == b"secret"


def test_a_retired_master_key_opens_nothing_cry_05(alpha, change_settings):
    with pin(alpha.schema):
        sealed = secrets.seal("secret", about=PLACE)
    change_settings(ATRIUM_MASTER_KEYS=f"k1:{make_master_key()}")
    keys.forget()

    with pin(alpha.schema), pytest.raises(master.MasterKeyMissing):
        secrets.unseal(sealed, about=PLACE)


def test_a_tenants_key_rotates_and_the_old_one_is_then_unreadable_cry_05(alpha):
    with pin(alpha.schema):
        old = secrets.seal("secret", about=PLACE)
        assert secrets.rotate() == 2
        new = secrets.reseal(old, about=PLACE)

        assert secrets.unseal(old, about=PLACE) == secrets.unseal(new, about=PLACE) == b"secret"
        assert secrets.reseal(new, about=PLACE) == new

        with pytest.raises(secrets.TooSoon):
            secrets.destroy_old_keys()
        with clock.frozen(clock.now() + dt.timedelta(minutes=11)):
            assert secrets.destroy_old_keys() == 1
        with pytest.raises(secrets.KeyMissing):
            secrets.unseal(old, about=PLACE)
        assert secrets.unseal(new, about=PLACE) == b"secret"


def test_rotation_under_load_loses_no_value_cry_05(alpha):
    def work(number):
        try:
            with pin(alpha.schema):
                about = f"test:{number}"
                sealed = secrets.seal(str(number), about=about)
                if number == 20:
                    secrets.rotate()
                return secrets.unseal(sealed, about=about) == str(number).encode()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(work, range(40)))


def test_a_key_made_in_a_failed_transaction_is_not_remembered(alpha):
    with pin(alpha.schema):
        with transaction.atomic():
            secrets.seal("lost", about=PLACE)
            transaction.set_rollback(True)
        sealed = secrets.seal("kept", about=PLACE)
        keys.forget()

        assert secrets.unseal(sealed, about=PLACE) == b"kept"


def test_a_plain_key_is_forgotten_after_five_minutes(alpha, monkeypatch):
    with pin(alpha.schema):
        secrets.seal("secret", about=PLACE)
        first = keys.newest(KeyPurpose.FIELD)
        later = keys.time.monotonic() + keys.REMEMBERED_SECONDS + 1
        monkeypatch.setattr(keys.time, "monotonic", lambda: later)

        assert keys.newest(KeyPurpose.FIELD) is not first


def test_a_key_does_not_show_itself(alpha):
    with pin(alpha.schema):
        key = keys.newest(KeyPurpose.FIELD)

    assert repr(key) == "PlainKey(version=1)"


@pytest.mark.parametrize(
    "written",
    ["", "k1:###", "k1:c2hvcnQ=", f":{make_master_key()}"],
    ids=["nothing", "no base64", "too short", "no name"],
)
def test_unusable_master_keys_are_refused(change_settings, written):
    change_settings(ATRIUM_MASTER_KEYS=written)

    with pytest.raises(ImproperlyConfigured):
        master.current_id()


def test_lists_of_words_are_framed_without_doubt():
    assert master.framed("ab", "c") != master.framed("a", "bc")


def test_the_command_reseals_what_is_kept_cry_05(alpha, capsys):
    with pin(alpha.schema):
        letter = Letter.objects.create(template="x")
        about = f"kernel.Letter.sealed:{letter.pk}"
        Letter.objects.update(sealed=secrets.seal("words", about=about))

    call_command("rotate_keys", "--data", tenant=alpha.info.slug)
    with clock.frozen(clock.now() + dt.timedelta(minutes=11)):
        call_command("rotate_keys", "--destroy-old", tenant=alpha.info.slug)
    call_command("rotate_keys", "--master", tenant=alpha.info.slug)

    with pin(alpha.schema):
        assert secrets.unseal(Letter.objects.get().sealed, about=about) == b"words"
        assert DataKey.objects.filter(purpose=KeyPurpose.FIELD).count() == 1
