"""What trading puts in slots of other pages."""

from __future__ import annotations

import uuid

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from modules.trading import queries


def accounts_of_client(request: HttpRequest, client_id: uuid.UUID) -> SafeString:
    """The client's trading accounts, for his page in the back office."""
    lines = queries.accounts_of(client_id)
    context = {"lines": lines, "totals": queries.totals(lines)}
    return render_to_string("trading/client_accounts.html", context, request=request)
