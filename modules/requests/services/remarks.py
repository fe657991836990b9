"""The case log of a request: what people say about it, and their files."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from kernel.ids import new_id
from modules.requests.errors import (
    AnswerNeeded,
    FileNotTaken,
    FileTooLarge,
    NoSuchRequest,
    TooManyFiles,
)
from modules.requests.models import Paper, Remark, Request
from modules.requests.queries.deciders import person_of, within_reach
from modules.requests.types import Upload

MOST_MB, MOST_FILES = 5, 20
_STARTS: Mapping[bytes, str] = {
    b"%PDF-": "pdf",
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
}
"""How the kinds of files that are kept begin; the name that they came under says nothing."""


@transaction.atomic
def remark(
    request_id: uuid.UUID,
    *,
    text: str = "",
    files: Sequence[Upload] = (),
    is_inner: bool,
    by: Actor,
) -> None:
    """Say something about a request within reach; a client reads it unless it is inner.

    Opens a transaction.

    Raises:
        NoSuchRequest: There is none within reach.
        AnswerNeeded: It says nothing.
        FileNotTaken, FileTooLarge, TooManyFiles: The files are not kept, nor are the words.
    """
    row = within_reach(by).select_for_update().filter(pk=request_id).first()
    if row is None:
        raise NoSuchRequest
    if not text.strip() and not files:
        raise AnswerNeeded
    add_remark(row, text=text, files=files, is_inner=is_inner, by=by)
    audit.note("requests.remarked", about=row, by=by, changes={"is_inner": is_inner})


def add_remark(
    row: Request, *, text: str, files: Sequence[Upload], is_inner: bool, by: Actor
) -> None:
    """Keep words and files of a request that is locked; needs a transaction."""
    said = Remark.objects.create(
        request=row,
        text=text.strip()[:2000],
        is_inner=is_inner,
        actor_id=person_of(by),
        actor_name=by.name[:200],
        said_at=clock.now(),
    )
    keep_papers(row, files, by=by, remark_id=said.pk)


def keep_papers(
    row: Request, files: Sequence[Upload], *, by: Actor, remark_id: uuid.UUID | None = None
) -> None:
    """Keep files of a request in the broker's storage; needs a transaction.

    A file whose row is rolled back stays behind unnamed: nobody can reach it.

    Raises:
        FileNotTaken: It does not begin like a PDF, PNG, JPEG or WebP file.
        FileTooLarge: It has more than :data:`MOST_MB`.
        TooManyFiles: The request has :data:`MOST_FILES`.
    """
    if row.papers.count() + len(files) > MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)
    read = [(one, _content(one)) for one in files]
    for one, (content, kind) in read:
        paper_id = new_id()
        file = default_storage.save(f"requests/{row.pk}/{paper_id}.{kind}", ContentFile(content))
        Paper.objects.create(
            id=paper_id,
            request=row,
            remark_id=remark_id,
            name=PurePath(one.name).name[:120] or kind,
            file=file,
            size=len(content),
            actor_id=person_of(by),
            actor_name=by.name[:200],
            added_at=clock.now(),
        )


def _content(one: Upload) -> tuple[bytes, str]:
    most = MOST_MB * 1024 * 1024
    if one.size > most:
        raise FileTooLarge(name=one.name, most=MOST_MB)
    content = one.content.read(most + 1)
    if len(content) > most:
        raise FileTooLarge(name=one.name, most=MOST_MB)
    kind = next((kind for start, kind in _STARTS.items() if content.startswith(start)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = "webp"
    if not kind:
        raise FileNotTaken(name=one.name)
    return content, kind
