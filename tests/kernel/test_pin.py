from __future__ import annotations

import threading

import pytest

from kernel import pin

pytestmark = pytest.mark.no_database


def test_a_unit_of_work_has_one_tenant_iso_06():
    with pin.pin("t_a"), pytest.raises(pin.TenantPinned), pin.pin("t_b"):
        pass


def test_pinning_the_same_tenant_again_is_harmless():
    with pin.pin("t_a"):
        with pin.pin("t_a"):
            assert pin.current() == "t_a"
        assert pin.current() == "t_a"


def test_nothing_is_pinned_after_the_unit_of_work():
    with pin.pin("t_a"):
        pass

    assert pin.peek() is None
    with pytest.raises(pin.NotPinned):
        pin.current()


def test_a_new_thread_begins_unpinned_iso_06():
    seen = []

    with pin.pin("t_a"):
        thread = threading.Thread(target=lambda: seen.append(pin.peek()))
        thread.start()
        thread.join()

    assert seen == [None]
