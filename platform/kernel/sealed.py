"""The kernel's own sealed values, sealed anew when a data key is rotated."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import Model, QuerySet

from kernel.models.api import KeptAnswer
from kernel.models.mail import Letter


def reseal_own(reseal: Callable[..., bytes]) -> int:
    """Seal letters and kept answers anew; return how many. Safe to repeat and to interrupt."""
    letters = Letter.objects.exclude(sealed=b"")
    answers = KeptAnswer.objects.exclude(body=b"")
    return _each(letters, "sealed", reseal) + _each(answers, "body", reseal)


def _each(rows: QuerySet[Model], column: str, reseal: Callable[..., bytes]) -> int:
    count = 0
    for pk in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            row = rows.model._default_manager.select_for_update().filter(pk=pk).first()  # noqa: SLF001  # Django's documented API
            sealed = bytes(getattr(row, column, b""))
            if row is None or not sealed:
                continue
            about = f"{row._meta.label}.{column}:{row.pk}"  # Django's documented API
            setattr(row, column, reseal(sealed, about=about))
            row.save(update_fields=[column])
            count += 1
    return count
