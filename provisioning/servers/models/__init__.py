"""Trading servers of a broker, what their tests found, their groups and their health."""

from __future__ import annotations

from provisioning.servers.models.health import HealthSample
from provisioning.servers.models.probes import (
    Certification,
    CertificationState,
    CertificationStep,
    Outcome,
    Probe,
    ProbeCheck,
    ProbeState,
)
from provisioning.servers.models.servers import (
    MOVES,
    Environment,
    Platform,
    Server,
    ServerGroup,
    ServerRows,
    ServerState,
)

__all__ = [
    "MOVES",
    "Certification",
    "CertificationState",
    "CertificationStep",
    "Environment",
    "HealthSample",
    "Outcome",
    "Platform",
    "Probe",
    "ProbeCheck",
    "ProbeState",
    "Server",
    "ServerGroup",
    "ServerRows",
    "ServerState",
]
