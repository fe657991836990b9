"""Every test has a database of its own, two brokers in it, and real servers around it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.support import database
from tests.support.together import Together

if "DATABASE_ADMIN_URL" not in os.environ:
    pytest.exit("the tests need their servers around them: run `make test`, or `make test-shell`")

DATABASE = database.own_name()
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
database.use_database(DATABASE)

import django  # noqa: E402 - the settings read the environment that was just set

django.setup()

from django.db import connection, connections  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.utils import translation  # noqa: E402

from kernel import clock, pin  # noqa: E402
from kernel.secrets import keys as sealing_keys  # noqa: E402
from tenants import directory  # noqa: E402
from tests.support import ledgers  # noqa: E402


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> Together:
    """Which worker runs which test."""
    return Together(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files with long tests go first, so that no worker is busy with one alone at the end."""
    lengths: dict[Path, int] = {}
    for item in items:
        length = 2 if "chaos" in item.keywords else int("slow" in item.keywords)
        lengths[item.path] = max(length, lengths.get(item.path, 0))
    items.sort(key=lambda item: -lengths[item.path])


@pytest.fixture(scope="session", autouse=True)
def _servers() -> Iterator[None]:
    database.clone_database(DATABASE)
    setup_test_environment()
    django.conf.settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    yield
    for alias in connections:
        connections[alias].close()
    database.drop_database(DATABASE)


@pytest.fixture(scope="session")
def _cast(_servers):
    from tests.support.baseline import Baseline
    from tests.support.tenants import make_tenant

    alpha = make_tenant("alpha", name="Alpha Markets")
    beta = make_tenant("beta", name="Beta Capital", locale="ar", time_zone="Asia/Dubai")
    settle()
    baseline = Baseline.take(alpha.schema, beta.schema)
    yield alpha, beta, baseline
    baseline.close()


def settle() -> None:
    """What making the two brokers announced is history, not a queue that nobody works off."""
    from kernel.models import OutboxEvent

    with pin.pin(pin.PUBLIC):
        OutboxEvent.objects.update(told_at=clock.now())


def clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave nothing behind, and begin with nothing remembered.

    The ledgers must hold after every test, but where its marker says that it breaks them.
    """
    if "no_database" in request.keywords:
        yield
        return
    _alpha, _beta, baseline = request.getfixturevalue("_cast")
    yield
    assert not connection.in_atomic_block
    wrong = ledgers.faults(baseline.touched())
    baseline.restore()
    forget_everything()
    ledgers.judge(wrong, broken_on_purpose="breaks_the_ledger" in request.keywords)


_clean = pytest.fixture(clean, autouse=True)


def forget_everything() -> None:
    """Empty the caches of this process and the Redis database of this worker."""
    import redis
    from django.conf import settings

    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    directory.forget()
    sealing_keys.forget()


@pytest.fixture
def alpha(_cast):
    """The broker of Ada (tenant admin) and Theo (client)."""
    return _cast[0]


@pytest.fixture
def beta(_cast):
    """The other broker, whose admin Ben must never see anything of Alpha's."""
    return _cast[1]


@pytest.fixture
def vendor(_cast):
    """The vendor's own host."""
    from tests.support.tenants import vendor

    return vendor()


@pytest.fixture
def in_alpha(alpha) -> Iterator[str]:
    """The test is a unit of work in Alpha's schema."""
    with pin.pin(alpha.schema):
        yield alpha.schema


@pytest.fixture
def in_public(_cast) -> Iterator[str]:
    """The test is a unit of work in the vendor's schema."""
    with pin.pin(pin.PUBLIC):
        yield pin.PUBLIC


@pytest.fixture(autouse=True)
def plain_english() -> None:
    """Requests leave their language behind in their thread, which is the tests' own here."""
    translation.deactivate()


@pytest.fixture
def frozen() -> Iterator[dt.datetime]:
    """The clock stands at a Monday noon, UTC."""
    moment = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    with clock.frozen(moment):
        yield moment


@pytest.fixture
def settings_override():
    """Django's ``override_settings``."""
    from django.test import override_settings

    return override_settings


@pytest.fixture
def queries() -> Callable[[int], AbstractContextManager[None]]:
    """``with queries(3):`` fails unless exactly three statements reach the default database."""

    @contextmanager
    def expect(number: int) -> Iterator[None]:
        connection.force_debug_cursor = True
        connection.queries_log.clear()
        try:
            yield
        finally:
            connection.force_debug_cursor = False
        said = [query["sql"] for query in connection.queries_log]
        assert len(said) == number, "\n".join(said)

    return expect
