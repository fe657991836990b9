"""Trading servers of a broker, what their tests found, their groups and their health."""

from __future__ import annotations

from provisioning.servers.models.catalogue import (
    CatalogueChange,
    ChangeKind,
    ServerSymbol,
    Subject,
)
from provisioning.servers.models.health import (
    AlertPolicy,
    CallTally,
    HealthSample,
    Incident,
    IncidentKind,
    RightChange,
    Span,
)
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
    PRESENT,
    USABLE,
    Environment,
    Platform,
    Server,
    ServerGroup,
    ServerRows,
    ServerState,
)

__all__ = [
    "MOVES",
    "PRESENT",
    "USABLE",
    "AlertPolicy",
    "CallTally",
    "CatalogueChange",
    "Certification",
    "CertificationState",
    "CertificationStep",
    "ChangeKind",
    "Environment",
    "HealthSample",
    "Incident",
    "IncidentKind",
    "Outcome",
    "Platform",
    "Probe",
    "ProbeCheck",
    "ProbeState",
    "RightChange",
    "Server",
    "ServerGroup",
    "ServerRows",
    "ServerState",
    "ServerSymbol",
    "Span",
    "Subject",
]
