"""How a simulated trading server is started."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The choices of one server process."""

    state: Path
    """Folder of the book (SQLite), the certificate and its key."""
    seed: int = 1
    host: str = "127.0.0.1"
    port: int = 0
    control_port: int = 0
    managers: int = 1
    speed: float = 1.0
    """Simulated seconds per real second."""
    utc_offset_minutes: int = 180
    """Platform time less UTC; most brokers run on GMT+2 or +3 so that weeks start on Monday."""
    open_weekends: bool = False
    round_seconds: float = 1.0
    """Real seconds between two rounds of the market, the traders and the risk check."""
    silence_seconds: float = 180.0
    """A client that is silent longer is dropped."""
    certificate_days: int = 3650
    """Validity from now; negative for a certificate that has expired."""
    broker: str = "Simulated Markets Ltd"
    bulk: str = ""
    """A large book to write before the first start, like ``accounts=50000,deals=5000000``."""
