"""One line of the comparison, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Ours against the named baseline, both measured in the same run.

    With ``better`` "higher", ``ratio`` says how many times better ours is; with "lower", how many
    times more it costs. ``aim`` is the least, or the most, that it should be.
    """

    name: str
    ours: float
    baseline: float
    ratio: float
    aim: float
    better: str
    unit: str
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Whether this run reached the aim."""
        return self.ratio >= self.aim if self.better == "higher" else self.ratio <= self.aim

    def __str__(self) -> str:
        sign = "≥" if self.better == "higher" else "≤"
        told = (
            f"{self.name:24} {self.ours:14.6g} {self.baseline:14.6g} {self.ratio:9.2f}x"
            f" {sign}{self.aim:5g}x  {'met   ' if self.is_met else 'missed'}  {self.unit}"
        )
        return f"{told}  {self.note}".rstrip()


HEADING = f"{'':24} {'ours':>14} {'baseline':>14} {'ratio':>10} {'aim':>7}"


def faster(name: str, ours: float, baseline: float, *, aim: float, unit: str = "s") -> Row:
    """Two times of the same thing: how many times faster ours is."""
    return Row(name, ours, baseline, baseline / ours, aim, "higher", unit)


def slower(
    name: str, ours: float, baseline: float, *, aim: float, unit: str = "s", note: str = ""
) -> Row:
    """What ours costs as a multiple of a bare minimum that does less."""
    return Row(name, ours, baseline, ours / baseline, aim, "lower", unit, note)
