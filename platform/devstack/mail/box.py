"""The messages of the inbox: one .eml file each, newest first."""

from __future__ import annotations

import email
import email.policy
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

RECIPIENTS = "X-Delivered-To"
LINK = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True, slots=True)
class Message:
    """One delivered mail; `id` is the nanosecond of its arrival, `at` the same in ISO 8601, UTC."""

    id: str
    to: tuple[str, ...]
    sender: str
    subject: str
    at: str
    text: str
    html: str
    attachments: tuple[str, ...]

    @property
    def links(self) -> tuple[str, ...]:
        """The addresses in its plain text, in order."""
        return tuple(LINK.findall(self.text))


class Box:
    """The folder in which the messages are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, recipients: list[str], content: bytes) -> None:
        """Store a message so that no reader ever sees half of it."""
        name = str(time.time_ns())
        unfinished = self._folder / f"{name}.tmp"
        head = f"{RECIPIENTS}: {', '.join(recipients)}\r\n".encode()
        unfinished.write_bytes(head + content)
        unfinished.rename(self._folder / f"{name}.eml")

    def messages(self, *, to: str = "", after: str = "", limit: int = 200) -> list[Message]:
        """The newest messages.

        Args:
            to: only those delivered to this address, letter case ignored.
            after: only those that arrived after the message with this id.
            limit: how many at most.
        """
        found: list[Message] = []
        for file in sorted(self._folder.glob("*.eml"), reverse=True):
            if len(found) == limit or (after.isdigit() and int(file.stem) <= int(after)):
                break
            message = _read(file)
            if not to or to.lower() in (address.lower() for address in message.to):
                found.append(message)
        return found

    def find(self, message_id: str) -> Message | None:
        """The message with this id."""
        file = self._file(message_id)
        return _read(file) if file else None

    def source(self, message_id: str) -> str | None:
        """The message as it came over the wire."""
        file = self._file(message_id)
        return file.read_text(errors="replace") if file else None

    def empty(self) -> None:
        """Remove every message."""
        for file in self._folder.glob("*.eml"):
            file.unlink(missing_ok=True)

    def _file(self, message_id: str) -> Path | None:
        if not message_id.isdigit():
            return None
        file = self._folder / f"{message_id}.eml"
        return file if file.exists() else None


def _read(file: Path) -> Message:
    parsed = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    arrived = datetime.fromtimestamp(int(file.stem) / 1e9, UTC)
    return Message(
        id=file.stem,
        to=tuple(address.strip() for address in str(parsed[RECIPIENTS]).split(",")),
        sender=str(parsed["From"] or ""),
        subject=str(parsed["Subject"] or ""),
        at=arrived.isoformat(timespec="milliseconds"),
        text=_body(parsed, "plain"),
        html=_body(parsed, "html"),
        attachments=tuple(part.get_filename() or "?" for part in parsed.iter_attachments()),
    )


def _body(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body((kind,))
    return str(part.get_content()) if part else ""
