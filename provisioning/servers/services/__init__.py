"""What can be done with trading servers."""

from __future__ import annotations

from provisioning.servers.services.alerting import pulse_of, set_alerts, watch
from provisioning.servers.services.calls import forget_tallies, tally_calls
from provisioning.servers.services.cataloguing import read_symbols, record_symbols
from provisioning.servers.services.certifying import (
    ask_certification,
    certify,
    give_up_certifications,
    run_certification,
    skip_certification,
)
from provisioning.servers.services.changing import (
    describe_server,
    move_server,
    remove_server,
    trust_certificate,
    uses_of,
)
from provisioning.servers.services.connecting import (
    close_sessions,
    tell_figures,
    trading_server,
)
from provisioning.servers.services.grouping import read_groups
from provisioning.servers.services.health import (
    check_health,
    forget_samples,
    usable_servers,
)
from provisioning.servers.services.probing import ask_probe, give_up_lost, probe, run_probe
from provisioning.servers.services.reporting import report_health
from provisioning.servers.services.rights import look_again
from provisioning.servers.services.wiring import (
    check_address,
    choose_groups,
    discard_draft,
    draft_server,
    redraft_server,
)

__all__ = [
    "ask_certification",
    "ask_probe",
    "certify",
    "check_address",
    "check_health",
    "choose_groups",
    "close_sessions",
    "describe_server",
    "discard_draft",
    "draft_server",
    "forget_samples",
    "forget_tallies",
    "give_up_certifications",
    "give_up_lost",
    "look_again",
    "move_server",
    "probe",
    "pulse_of",
    "read_groups",
    "read_symbols",
    "record_symbols",
    "redraft_server",
    "remove_server",
    "report_health",
    "run_certification",
    "run_probe",
    "set_alerts",
    "skip_certification",
    "tally_calls",
    "tell_figures",
    "trading_server",
    "trust_certificate",
    "usable_servers",
    "uses_of",
    "watch",
]
