"""What the wallets module's screens have in common."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kernel import clock, views
from kernel.spreadsheets import csv_lines
from modules.clients import queries as clients
from modules.wallets import queries
from modules.wallets.errors import NoSuchAccount, NoSuchEntry
from modules.wallets.forms import StatementForm
from modules.wallets.services.papers import statement_paper
from modules.wallets.types import StatementFilter, WalletLine

missing_as_404 = partial(views.missing_as_404, NoSuchAccount, NoSuchEntry)
"""Answers 404 for what is not there, or not the asker's."""


def ledger_tabs(current: str) -> list[dict[str, object]]:
    """The pages of the ledger."""
    pages = (
        ("house", _("House accounts")),
        ("journal", _("Journal")),
        ("ledger_check", _("Check")),
    )
    return [
        {"label": label, "url": reverse(f"office:wallets:{name}"), "current": name == current}
        for name, label in pages
    ]


def csv_answer(wallet: WalletLine, wanted: StatementFilter) -> HttpResponse:
    """A wallet's statement as a file for spreadsheets, oldest first."""
    header = (
        _("Time (UTC)"),
        _("Kind"),
        _("Note"),
        _("Amount"),
        _("Currency"),
        _("Balance"),
        _("Entry"),
    )
    text = "".join(csv_lines(header, queries.statement_rows(wallet.id, wanted)))
    return _file(text.encode(), f"statement-{wallet.currency}.csv", "text/csv; charset=utf-8")


def pdf_answer(wallet: WalletLine, form: StatementForm) -> HttpResponse:
    """A wallet's statement on the broker's paper; a month back unless other days are asked for."""
    first, last = form.days(clock.now().date())
    names = clients.names([wallet.client_id])
    found = queries.statement(
        wallet.id, client_name=names.get(wallet.client_id, ""), from_on=first, to_on=last
    )
    paper = statement_paper(found)
    return _file(paper, f"statement-{wallet.currency}-{first}-{last}.pdf", "application/pdf")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
