"""A tenant's files in a bucket: S3 or what speaks like it."""

from __future__ import annotations

import datetime as dt
import mimetypes

from django.conf import settings
from storages.backends.s3 import S3Storage

from kernel import pin
from kernel.actor import Actor
from kernel.storage import SHOWN, attachment


class TenantObjects(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """Objects of the pinned tenant under ``tenants/<schema>/``; it never overwrites."""

    def get_default_settings(self) -> dict[str, object]:
        """Private objects and short signed addresses; the bucket and its host by settings."""
        return {
            **super().get_default_settings(),
            "bucket_name": settings.AWS_STORAGE_BUCKET_NAME,
            "endpoint_url": getattr(settings, "AWS_S3_ENDPOINT_URL", None) or None,
            "signature_version": "s3v4",
            "addressing_style": "path",
            "default_acl": None,
            "file_overwrite": False,
            "querystring_auth": True,
            "querystring_expire": 60,
        }

    @property
    def location(self) -> str:
        """The pinned tenant's prefix, asked at every call.

        Raises:
            NotPinned: No unit of work has begun.
        """
        return f"tenants/{pin.current()}"

    @location.setter
    def location(self, _given: str) -> None:
        """Django-storages sets it once at start; ours is never fixed."""

    def private_url(self, name: str, *, lasts: dt.timedelta, to: Actor | None) -> str:
        """A presigned address; the bucket answers with a harmless type and disposition."""
        del to  # a bucket does not know our people
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        answer = (
            {"ResponseContentType": kind}
            if kind in SHOWN
            else {
                "ResponseContentType": "application/octet-stream",
                "ResponseContentDisposition": attachment(name),
            }
        )
        return str(self.url(name, parameters=answer, expire=int(lasts.total_seconds())))
