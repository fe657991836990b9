from __future__ import annotations

import datetime as dt
import os
import urllib.request
import uuid

import boto3
import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404
from django.test import RequestFactory

from kernel import clock, storage
from kernel.actor import Actor, ActorKind
from kernel.pin import NotPinned, pin

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
THEO = Actor(kind=ActorKind.PERSON, id=uuid.UUID(int=3), name="Theo")
INES = Actor(kind=ActorKind.PERSON, id=uuid.UUID(int=4), name="Ines")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def on_disk(change_settings, tmp_path):
    files = {**settings.STORAGES, "default": {"BACKEND": "kernel.storage.TenantFiles"}}
    change_settings(FILES_ROOT=str(tmp_path), STORAGES=files)
    return tmp_path


@pytest.fixture
def in_bucket(change_settings):
    name = f"b-{uuid.uuid4().hex[:12]}"
    boto3.client(
        "s3", endpoint_url=os.environ["AWS_S3_ENDPOINT_URL"], region_name="us-east-1"
    ).create_bucket(Bucket=name)
    files = {**settings.STORAGES, "default": {"BACKEND": "kernel.object_storage.TenantObjects"}}
    change_settings(
        AWS_STORAGE_BUCKET_NAME=name,
        AWS_S3_ENDPOINT_URL=os.environ["AWS_S3_ENDPOINT_URL"],
        STORAGES=files,
    )
    return name


@pytest.fixture(params=["on_disk", "in_bucket"])
def either(request):
    return request.getfixturevalue(request.param)


def save(name, content=b"words"):
    return default_storage.save(name, ContentFile(content))


def read(name):
    with default_storage.open(name) as file:
        return file.read()


def fetch(url, actor=None):
    request = RequestFactory().get(url)
    request.actor = actor
    return storage.files(request, url.removeprefix("/files/"))


def test_the_same_name_is_another_file_for_each_tenant(either, alpha, beta):
    with pin(alpha.schema):
        assert save("logo.png", b"alpha") == "logo.png"
    with pin(beta.schema):
        assert not default_storage.exists("logo.png")
        assert save("logo.png", b"beta") == "logo.png"

    with pin(alpha.schema):
        assert read("logo.png") == b"alpha"
        assert default_storage.listdir("")[1] == ["logo.png"]


def test_a_file_is_never_overwritten(either, alpha):
    with pin(alpha.schema):
        first, second = save("a.txt", b"one"), save("a.txt", b"two")

        assert first != second
        assert read(first) == b"one"


@pytest.mark.parametrize("name", ["../other/logo.png", "a/../../x"])
def test_a_name_cannot_climb_out_of_the_tenants_place(either, alpha, name):
    with pin(alpha.schema), pytest.raises(SuspiciousOperation):
        read(name)


def test_outside_a_unit_of_work_there_are_no_files_iso_12(either):
    with pytest.raises(NotPinned):
        default_storage.exists("logo.png")


def test_files_lie_in_a_folder_of_the_tenants_own(on_disk, alpha):
    with pin(alpha.schema):
        save("kyc/passport.pdf")

    assert (on_disk / alpha.schema / "kyc" / "passport.pdf").read_bytes() == b"words"


def test_a_private_address_ends_after_its_time_upl_04(on_disk, alpha):
    with pin(alpha.schema), clock.frozen(NOON):
        save("a.pdf")
        url = storage.private_url("a.pdf", 60)
        clock.advance(dt.timedelta(seconds=59))
        answer = fetch(url)
        assert b"".join(answer) == b"words"
        answer.close()
        clock.advance(dt.timedelta(seconds=1))

        with pytest.raises(Http404):
            fetch(url)


def test_a_private_address_of_a_person_is_no_use_to_another_upl_04(on_disk, alpha):
    with pin(alpha.schema):
        save("a.pdf")
        url = storage.private_url("a.pdf", to=THEO)

        fetch(url, THEO).close()
        for stranger in (INES, None):
            with pytest.raises(Http404):
                fetch(url, stranger)


def test_a_private_address_of_one_tenant_is_no_use_at_another_dom_04(on_disk, alpha, beta):
    with pin(alpha.schema):
        save("a.pdf")
        url = storage.private_url("a.pdf")
    with pin(beta.schema):
        save("a.pdf")
        with pytest.raises(Http404):
            fetch(url)


def test_an_address_of_a_missing_file_or_a_forged_one_is_404(on_disk, alpha):
    with pin(alpha.schema):
        missing = storage.private_url("missing.pdf")
        for url in (missing, "/files/forged", storage.private_url("../../x")):
            with pytest.raises(Http404):
                fetch(url)


@pytest.mark.parametrize(
    ("name", "kind", "disposition"),
    [
        ("a.png", "image/png", 'inline; filename="a.png"'),
        ("a.svg", "application/octet-stream", 'attachment; filename="a.svg"'),
        ("a.html", "application/octet-stream", 'attachment; filename="a.html"'),
        ("a.pdf", "application/octet-stream", 'attachment; filename="a.pdf"'),
    ],
)
def test_nothing_that_is_served_can_run_upl_04(on_disk, alpha, name, kind, disposition):
    with pin(alpha.schema):
        save(name, SVG)

        answer = fetch(storage.private_url(name))
        answer.close()

    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"] == disposition
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_bucket_gives_presigned_addresses_under_the_tenants_prefix(in_bucket, alpha):
    with pin(alpha.schema):
        save("kyc/a.svg", SVG)
        url = storage.private_url("kyc/a.svg", 60)

    assert f"/{in_bucket}/tenants/{alpha.schema}/kyc/a.svg?" in url
    assert "X-Amz-Expires=60" in url
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == SVG
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a.svg"


def test_an_hour_is_the_longest(on_disk, alpha):
    with pin(alpha.schema), clock.frozen(NOON):
        save("a.pdf")
        url = storage.private_url("a.pdf", 7200)
        clock.advance(dt.timedelta(hours=1))

        with pytest.raises(Http404):
            fetch(url)
