"""What a person sees while services start: a table in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
REDRAW_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Row:
    """One service as shown: its state in a word, how long it took, where it is."""

    name: str
    word: str
    seconds: float | None
    address: str

    @property
    def settled(self) -> bool:
        """Whether it has arrived where it should."""
        return self.word in {"ready", "done"}


class Display:
    """Shows rows as they change.

    In a terminal the table is drawn over itself until `freeze`; elsewhere a line appears
    whenever a service has settled.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._live = out.isatty()
        self._drawn = 0
        self._drawn_at = 0.0
        self._settled: set[str] = set()

    def say(self, text: str) -> None:
        """Print a line below whatever is there."""
        self._drawn = 0
        print(text, file=self._out, flush=True)

    def show(self, rows: Callable[[], list[Row]]) -> None:
        """Show the rows as they are now; cheap enough to call in a loop."""
        now = time.monotonic()
        if not self._live:
            self._print_news(rows())
        elif now - self._drawn_at >= REDRAW_SECONDS:
            self._drawn_at = now
            self._draw(rows())

    def freeze(self, rows: list[Row]) -> None:
        """Draw the table for the last time."""
        if self._live:
            self._draw(rows)
            self._drawn = 0
        else:
            self._print_news(rows)

    def _print_news(self, rows: list[Row]) -> None:
        for row in rows:
            if row.settled and row.name not in self._settled:
                self._settled.add(row.name)
                print(_line(row, "+"), file=self._out, flush=True)

    def _draw(self, rows: list[Row]) -> None:
        frame = FRAMES[int(time.monotonic() * 10) % len(FRAMES)]
        up = f"\x1b[{self._drawn}F" if self._drawn else ""
        lines = "".join(f"\x1b[2K{_line(row, _mark(row, frame))}\n" for row in rows)
        self._out.write(up + lines)
        self._out.flush()
        self._drawn = len(rows)


def _mark(row: Row, frame: str) -> str:
    if row.settled:
        return "\x1b[32m✓\x1b[0m"
    return frame if row.word == "starting" else "·"


def _line(row: Row, mark: str) -> str:
    took = "" if row.seconds is None else f"{row.seconds:6.1f} s"
    return f"  {mark} {row.name:<18}{row.word:<10}{took:>8}   {row.address}".rstrip()
