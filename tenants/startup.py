"""What a process that serves people must not be able to do."""

from __future__ import annotations

import logging

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

from kernel import pin

logger = logging.getLogger(__name__)

_POWERS = """
    SELECT r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolbypassrls,
           pg_get_userbyid(d.datdba) = current_user,
           EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid),
           EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid)
    FROM pg_roles r, pg_database d
    WHERE r.rolname = current_user AND d.datname = current_database()
"""
_NAMES = (
    "is a superuser",
    "may create roles",
    "may create databases",
    "bypasses row security",
    "owns the database",
    "is a member of other roles",
    "owns tables",
)


def refuse_powerful_role() -> None:
    """Refuse to serve as a role that could do more than read and write rows (ISO-14).

    A database that does not answer yet is no reason to refuse: nothing can be served then.

    Raises:
        ImproperlyConfigured: DATABASE_URL names such a role.
    """
    try:
        with pin.pin(pin.PUBLIC), connection.cursor() as cursor:
            cursor.execute(_POWERS)
            powers = cursor.fetchone()
    except OperationalError:
        logger.warning("The database does not answer yet; the role of DATABASE_URL is unchecked")
        return
    finally:
        connection.close()
    held = [name for name, has in zip(_NAMES, powers, strict=True) if has]
    if held:
        raise ImproperlyConfigured(f"the role of DATABASE_URL {', '.join(held)}: give web its own")
