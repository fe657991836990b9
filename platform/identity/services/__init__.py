"""What identity does: the only writer of people, roles, teams and invitations."""

from __future__ import annotations

from identity.services.addresses import allow_address, forbid_address
from identity.services.invitations import accept, invite, invite_again, revoke_invitation
from identity.services.people import (
    disable_person,
    enable_person,
    end_sessions,
    enroll,
    give_roles,
    reset_factors,
    set_locale,
)
from identity.services.roles import remove_role, save_role, seed_roles
from identity.services.teams import add_team, remove_team, set_team_people

__all__ = [
    "accept",
    "add_team",
    "allow_address",
    "disable_person",
    "enable_person",
    "end_sessions",
    "enroll",
    "forbid_address",
    "give_roles",
    "invite",
    "invite_again",
    "remove_role",
    "remove_team",
    "reset_factors",
    "revoke_invitation",
    "save_role",
    "seed_roles",
    "set_locale",
    "set_team_people",
]
