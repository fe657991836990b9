"""Begin a module: `python -m devstack.module KEY` makes its folder, its first page and its test."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from string import Template

from devstack.layout import REPOSITORY

KEY = re.compile(r"[a-z][a-z0-9_]{1,30}")
FILES = {
    "modules/$key/__init__.py": "",
    "modules/$key/README.md": """# $title

What it does for a broker, in a paragraph. Which events it publishes, and what it asks of others.
""",
    "modules/$key/manifest.py": '''"""$title: say in one line what it does."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, Module, NavItem, Permission
from kernel.money import Money

module = Module(
    key="$key",
    title=_("$title"),
    summary=_("Say in a sentence what a broker gets."),
    monthly_price=Money(99_00, "USD"),
    requires=("clients",),
    permissions=(Permission(code="$key.see_overview", title=_("See $words")),),
    navigation=(
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("$title"),
            url_name="office:$key:overview",
            permission="$key.see_overview",
            icon="box",
            order=500,
        ),
    ),
)
''',
    "modules/$key/urls.py": '''"""Where the pages of $words are."""

from __future__ import annotations

from django.urls import path

from modules.$key import views

back_office = [path("", views.overview, name="overview")]
''',
    "modules/$key/views.py": '''"""The pages of $words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kernel.access import needs


@needs("$key.see_overview")
def overview(request: HttpRequest) -> HttpResponse:
    """The first page of the back office."""
    return render(request, "$key/overview.html")
''',
    "modules/$key/templates/$key/overview.html": """{% extends "base/office.html" %}
{% load i18n ui %}
{% block title %}{% translate "$title" %}{% endblock %}
{% block content %}
  <h1>{% translate "$title" %}</h1>
{% endblock %}
""",
    "tests/modules/$key/__init__.py": "",
    "tests/modules/$key/test_manifest.py": """from __future__ import annotations

from modules.$key.manifest import module


def test_every_permission_is_named_after_the_module() -> None:
    owners = [permission.code.partition(".")[0] for permission in module.permissions]

    assert owners == ["$key"]
""",
}


def main(argv: list[str]) -> int:
    """Make the module that the command line names."""
    if len(argv) != 1 or not KEY.fullmatch(argv[0]):
        print("Say: make module name=copytrading (small letters, digits, _)", file=sys.stderr)
        return 2
    if (REPOSITORY / "modules" / argv[0]).exists():
        print(f"There is a module {argv[0]} already.", file=sys.stderr)
        return 1
    for file in make(argv[0], REPOSITORY):
        print(file.relative_to(REPOSITORY))
    print("It is on the menu, priced, routed and gated. Next: its types and models, then")
    print(f"  .venv/bin/python platform/manage.py makemigrations {argv[0]} -n first")
    return 0


def make(key: str, root: Path) -> list[Path]:
    """Write the files of the module `key` below `root` and return them."""
    words = key.replace("_", " ")
    names = {"key": key, "words": words, "title": words.capitalize()}
    made = []
    for path, text in FILES.items():
        file = root / Template(path).substitute(names)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Template(text).substitute(names))
        made.append(file)
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
