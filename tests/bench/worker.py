"""One side of a comparison, in a process of its own: reads a command a line, answers seconds."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402


def ours_warm(number: int) -> None:
    from kernel import pin
    from kernel.actor import Actor
    from tenants import services

    with pin.pin(pin.PUBLIC):
        services.create_tenant(f"warm{number}", name="Warm", by=Actor.system("bench"))


def ours_cold(_number: int) -> None:
    from tenants.schemas import build

    build.build()


def ours_refill(number: int) -> None:
    from tenants.schemas import build

    build.fill_pool(number)


def stock_create(number: int) -> None:
    from django.db import connection

    from kernel import clock
    from tenants.models import Domain, Tenant

    name = f"stock{number}"
    connection.set_schema_to_public()
    tenant = Tenant.objects.create(slug=name, name=name, schema_name=name, created_at=clock.now())
    Domain.objects.create(tenant=tenant, domain=f"{name}.localhost", is_primary=True)
    tenant.create_schema(check_if_exists=True, verbosity=0)
    connection.set_schema_to_public()


def requests(hosts: list[str]) -> Callable[[int], None]:
    """Serve ``n`` requests through WSGI, in this process, over ``hosts`` in turn."""
    application = get_wsgi_application()

    def serve(count: int) -> None:
        for n in range(count):
            host = hosts[n % len(hosts)]
            answer = application(_environ(host), _start)
            body = b"".join(answer)
            answer.close()
            if body != b"None":
                raise AssertionError(body[:200])

    return serve


def _environ(host: str) -> dict[str, object]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/page",
        "SERVER_NAME": host,
        "SERVER_PORT": "80",
        "HTTP_HOST": host,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }


def _start(status: str, _headers: list[tuple[str, str]], _error: object = None) -> None:
    if not status.startswith("200"):
        raise AssertionError(status)


def page_only() -> None:
    """Only the middleware that finds the tenant, and the same URLs on every host."""
    kept = "nothing" if hasattr(settings, "WITHOUT_TENANTS") else "tenants.middleware"
    settings.MIDDLEWARE[:] = [m for m in settings.MIDDLEWARE if m.startswith(kept)]
    sys.modules["config.urls.tenant"] = sys.modules["tests.bench.page"]


def main() -> None:
    commands: dict[str, Callable[[int], None]] = {
        "warm": ours_warm,
        "cold": ours_cold,
        "refill": ours_refill,
        "stock": stock_create,
    }
    print("ready", flush=True)
    for line in sys.stdin:
        command, _, rest = line.strip().partition(" ")
        if command == "hosts":
            import tests.bench.page  # noqa: F401 - so that it can stand for every URL file

            page_only()
            commands["requests"] = requests(rest.split(","))
            print(0, flush=True)
            continue
        began = time.perf_counter()
        commands[command](int(rest))
        print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main()
