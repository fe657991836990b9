"""Translations: compiled without gettext's tools, complete in their placeholders, up to date."""

from __future__ import annotations

import gettext
import io
import re
from pathlib import Path

import pytest
from django.utils import translation

from kernel.catalogues import compiled

pytestmark = pytest.mark.no_database

LOCALE = Path(__file__).resolve().parents[2] / "locale"
CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))

SMALL = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=n != 1;\\n"

# a remark
msgid "Save"
msgstr "Speich"
"ern"

msgctxt "whole period"
msgid "All"
msgstr "Alle"

msgid "%(n)s day"
msgid_plural "%(n)s days"
msgstr[0] "%(n)s Tag"
msgstr[1] "%(n)s Tage"

msgid "Untold"
msgstr ""
"""


def test_gettext_reads_what_is_compiled():
    told = gettext.GNUTranslations(io.BytesIO(compiled(SMALL)))
    assert told.gettext("Save") == "Speichern"
    assert told.pgettext("whole period", "All") == "Alle"
    assert [told.ngettext("%(n)s day", "%(n)s days", n) for n in (1, 2)] == [
        "%(n)s Tag",
        "%(n)s Tage",
    ]
    assert told.gettext("Untold") == "Untold"


def test_a_line_that_is_not_of_the_format_is_refused():
    with pytest.raises(ValueError, match="not a line of a PO file"):
        compiled('message "Save"')


@pytest.mark.parametrize("source", CATALOGUES, ids=lambda path: path.parts[-3])
def test_what_is_committed_is_what_the_source_says(source):
    assert source.with_suffix(".mo").read_bytes() == compiled(source.read_text())


@pytest.mark.parametrize("source", CATALOGUES, ids=lambda path: path.parts[-3])
def test_no_translation_loses_or_invents_a_placeholder(source):
    named = re.compile(r"%\(\w+\)s|<[a-z/][^>]*>")
    entries = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', source.read_text(), re.MULTILINE)
    wrong = [
        key for key, value in entries if sorted(named.findall(key)) != sorted(named.findall(value))
    ]
    assert (len(entries) > 250, wrong) == (True, [])


def test_the_frame_of_a_page_speaks_arabic_and_chinese():
    words = []
    for language in ("ar", "zh-hans"):
        with translation.override(language):
            words.append(translation.gettext("Skip to content"))
    assert words == ["انتقل إلى المحتوى", "跳到内容"]
