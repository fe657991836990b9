"""A tenant's files: a folder of its own on disk, or a prefix of its own in a bucket.

``STORAGES["default"]["BACKEND"]`` is ``kernel.storage.TenantFiles`` or, with a bucket,
``kernel.object_storage.TenantObjects``.
"""

from __future__ import annotations

import datetime as dt
import mimetypes
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import FileSystemStorage, default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from kernel import clock, pin, signing
from kernel.access import open_to_all
from kernel.actor import Actor

PURPOSE = "file"
LONGEST = dt.timedelta(hours=1)
SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"})
"""Types that a browser may show; anything else is downloaded (an SVG can carry a script)."""


class TenantFiles(FileSystemStorage):
    """Files of the pinned tenant under ``FILES_ROOT/<schema>/``; it never overwrites."""

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o640, directory_permissions_mode=0o750)

    @property
    def base_location(self) -> str:
        """The pinned tenant's folder.

        Raises:
            NotPinned: No unit of work has begun.
        """
        return str(Path(settings.FILES_ROOT) / pin.current())

    @property
    def location(self) -> str:
        """The pinned tenant's folder, absolute."""
        return str(Path(self.base_location).absolute())

    def url(self, name: str | None) -> str:
        """A signed address that lasts a minute."""
        return self.private_url(name or "", lasts=dt.timedelta(minutes=1), to=None)

    def private_url(self, name: str, *, lasts: dt.timedelta, to: Actor | None) -> str:
        """An address of our own view; the signature names the file, the end and the reader."""
        until = clock.now() + min(lasts, LONGEST)
        word = {"n": name, "u": int(until.timestamp()), "a": str(to.id) if to else ""}
        return reverse("files", args=[signing.dumps(word, purpose=PURPOSE)])


class PrivateStorage(Protocol):
    """What both storages offer beside Django's own verbs."""

    def private_url(self, name: str, *, lasts: dt.timedelta, to: Actor | None) -> str:
        """An address of the file that ends by itself."""


def private_url(name: str, seconds: int = 60, *, to: Actor | None = None) -> str:
    """An address of one file of the pinned tenant that works for ``seconds``, an hour at most.

    With ``to``, only that signed-in person can open it; a bucket's address cannot know who
    opens it, so there it is not offered to others by keeping it short.
    """
    storage = cast("PrivateStorage", default_storage)
    return storage.private_url(name, lasts=dt.timedelta(seconds=seconds), to=to)


@open_to_all("the signed link is the permission, for a minute, and may name its reader")
def files(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer one file: pictures are shown, all else is downloaded, nothing can run."""
    name = _allowed_name(request, token)
    try:
        opened = default_storage.open(name)
    except (FileNotFoundError, IsADirectoryError, SuspiciousOperation) as error:
        raise Http404 from error
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    shown = kind in SHOWN
    answer = FileResponse(
        opened,
        as_attachment=not shown,
        filename=Path(name).name,
        content_type=kind if shown else "application/octet-stream",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _allowed_name(request: HttpRequest, token: str) -> str:
    try:
        word: dict[str, Any] = signing.loads(token, purpose=PURPOSE, max_age=LONGEST)
    except signing.BadSignature as error:
        raise Http404 from error
    if clock.now().timestamp() >= word["u"]:
        raise Http404
    actor: Actor | None = getattr(request, "actor", None)
    if word["a"] and (actor is None or str(actor.id) != word["a"]):
        raise Http404
    return str(word["n"])


def attachment(name: str) -> str:
    """A ``Content-Disposition`` that downloads ``name`` under its last part."""
    return f"attachment; filename*=UTF-8''{quote(Path(name).name)}"
