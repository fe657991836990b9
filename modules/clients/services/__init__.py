"""What happens to clients: the only writer of who they are and how they stand."""

from __future__ import annotations

from modules.clients.services.people import (
    activate,
    assign,
    change_state,
    ensure_client,
    record_language,
    record_seen,
    register,
    reseal_own,
    update_profile,
)
from modules.clients.services.segments import (
    add_level,
    archive_group,
    create_group,
    rename_group,
    rename_level,
    restore_group,
    set_groups,
    set_verification_level,
)

__all__ = [
    "activate",
    "add_level",
    "archive_group",
    "assign",
    "change_state",
    "create_group",
    "ensure_client",
    "record_language",
    "record_seen",
    "register",
    "rename_group",
    "rename_level",
    "reseal_own",
    "restore_group",
    "set_groups",
    "set_verification_level",
    "update_profile",
]
