"""The components of a page: what they say, and that nothing of a person's becomes markup."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from kernel.module import Area
from kernel.registry import modules, navigation
from kernel.ui import blocks, charts, fields, marks

pytestmark = pytest.mark.no_database

ROOT = Path(__file__).resolve().parents[2]
OURS = ("platform", "tenants", "themes", "billing", "provisioning", "modules")


def templates() -> list[Path]:
    """Every template of a page; letters and the servers that we start at home are others."""
    found = (path for part in OURS for path in (ROOT / part).glob("**/templates/**/*.html"))
    return [path for path in found if not {"devstack", "mail"} & set(path.parts)]


class Form(forms.Form):
    name = forms.CharField(help_text="As in your passport.")
    kind = forms.ChoiceField(choices=[("a", "Real"), ("b", "Demo")], widget=forms.RadioSelect)
    word = forms.CharField(widget=forms.PasswordInput)
    agreed = forms.BooleanField()
    note = forms.CharField(required=False)


def drawn(source: str, **words: object) -> str:
    return Template(source).render(Context({"request": RequestFactory().get("/?q=x"), **words}))


def test_an_icon_is_decoration_unless_it_is_named():
    assert 'aria-hidden="true"' in marks.icon("plus")
    assert 'role="img" aria-label="Done"' in marks.icon("check", label="Done")
    assert marks.icon("") == ""


def test_initials_are_of_the_first_and_the_last_name():
    shown = [re.sub("<[^>]+>", "", marks.avatar(name)) for name in ("Ada", "Theo van Gelder", "")]
    assert shown == ["A", "TG", ""]


def test_a_bar_never_leaves_its_frame():
    assert [re.search(r'rect width="(\d+)"', marks.bar(n))[1] for n in (-5, 40, 180)] == [
        "0",
        "40",
        "100",
    ]


def test_a_refused_field_names_its_error_for_screen_readers():
    form = Form({"name": ""})
    shown = fields.field(form["name"])
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_name_help id_name_error"' in shown
    assert 'id="id_name_error"' in shown
    assert "This field is required." in shown


def test_every_kind_of_field_is_drawn_with_its_label():
    form = Form()
    kinds = {bound.name: fields.kind_of(bound) for bound in form}
    assert kinds == {
        "name": "input",
        "kind": "radios",
        "word": "password",
        "agreed": "check",
        "note": "input",
    }
    assert fields.fields(form).count("<label") == 6
    assert "optional" in fields.field(form["note"])


def test_a_choice_can_be_cards():
    shown = fields.choice_cards(Form()["kind"], {"a": {"note": "Raw spreads", "text": "M5"}})
    assert shown.count('type="radio"') == 2
    assert "Raw spreads" in shown


def test_what_is_wrong_with_the_whole_form_is_said_first():
    form = Form({})
    form.is_valid()
    form.add_error(None, "The server did not answer.")
    assert "The server did not answer." in fields.form_errors(form)
    assert fields.form_errors(Form()) == ""


def test_a_card_is_named_by_its_heading():
    shown = drawn('{% load ui %}{% card title="Deals" %}<p>one</p>{% endcard %}')
    uid = re.search(r'aria-labelledby="([^"]+)"', shown)[1]
    assert f'<h2 id="{uid}">Deals</h2>' in shown


def test_a_title_is_remembered_for_the_heading():
    shown = drawn(
        '{% load ui %}{% remember "page_title" %} Deals {% endremember %}{{ page_title }}'
    )
    assert shown == "Deals"


def test_a_page_number_keeps_the_rest_of_the_address():
    page = Paginator(range(95), 10).page(2)
    shown = blocks.pager(RequestFactory().get("/?q=a+b&page=2"), page)
    assert re.findall(r'href="([^"]+)"', shown) == ["?q=a+b&amp;page=1", "?q=a+b&amp;page=3"]


def test_sorting_turns_around_when_it_is_asked_again():
    first = blocks.sort_link(RequestFactory().get("/?q=x&page=3"), "net", "Net")
    again = blocks.sort_link(RequestFactory().get("/?sort=net"), "net", "Net")
    assert [re.search(r'href="([^"]+)"', link)[1] for link in (first, again)] == [
        "?q=x&amp;sort=net",
        "?sort=-net",
    ]


def test_a_question_is_asked_before_a_dangerous_post():
    shown = drawn('{% load ui %}{% post_button "/x" "Suspend" tone="danger" confirm="Sure?" %}')
    assert 'data-confirm="Sure?"' in shown
    assert 'name="csrfmiddlewaretoken"' in shown


def test_a_chart_carries_its_data_as_data_and_says_what_it_shows():
    data = {
        "t": [1, 2],
        "a": ["1.50", "2"],
        "b": [],
        "labels": ["</script>", ""],
        "currency": "USD",
    }
    shown = charts.equity_chart(data, "Equity in March")
    text = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', shown)[1]
    assert json.loads(text) == data
    assert 'role="img" aria-label="Equity in March"' in shown
    assert "View as table" in shown


def test_a_chart_of_one_point_is_an_empty_state():
    shown = charts.equity_chart({"t": [1], "a": ["1"], "b": [], "labels": ["", ""]})
    assert "data-chart" not in shown


def test_a_spark_line_is_coloured_by_its_direction():
    tones = [re.search(r'class="spark (\w*)"', charts.sparkline(v))[1] for v in ([1, 2], [2, 1])]
    assert tones == ["up", "down"]
    assert charts.sparkline([1]) == '<span class="faint">\N{EN DASH}</span>'


def test_columns_of_counts_have_no_halves():
    counts = charts.bars(["Mon", "Tue"], [{"name": "Deposits", "values": [1, 0]}])
    shares = charts.bars(["Mon", "Tue"], [{"name": "Share", "values": [0.9, 0.5]}])

    assert ">0.5<" not in counts
    assert ">0.5<" in shares


def test_columns_hang_below_the_line_when_they_are_negative():
    series = [{"name": "In", "values": [4, 0]}, {"name": "Out", "values": [-2, -1], "tone": "bad"}]
    shown = charts.bars(["Jan", "Feb"], series, label="In and out")
    assert shown.count("<rect") == 3
    assert 'aria-label="In and out"' in shown


@pytest.mark.parametrize(
    "shown",
    [
        marks.badge("ok", "<b>"),
        marks.status("ok", "<b>"),
        marks.avatar("<b>"),
        marks.copy('"><b>'),
        marks.tile(text="<b>"),
        blocks.facts([("<b>", "<b>")]),
        blocks.tabs([{"label": "<b>", "url": '"><b>', "current": True}]),
        blocks.timeline([{"icon": "x", "title": "<b>", "note": "<b>"}]),
        blocks.progress_steps([{"label": "<b>", "state": "done"}]),
    ],
)
def test_what_a_person_wrote_cannot_become_markup(shown):
    assert "<b>" not in shown


def test_every_icon_that_a_page_names_exists():
    listed = set((ROOT / "frontend/icons.txt").read_text().split())
    symbols = (ROOT / "frontend/dist/ui/icons.svg").read_text()
    drawn_icons = set(re.findall(r'<symbol id="([^"]+)"', symbols))
    assert listed <= drawn_icons
    used = {
        name
        for path in templates()
        for name in re.findall(r'{% (?:icon|tile|empty) "([a-z0-9-]+)"', path.read_text())
    }
    assert used - drawn_icons == set()


def test_no_template_of_a_page_carries_inline_style_or_script():
    """CSP-01: mails are the only documents with inline style."""
    found = [
        str(path.relative_to(ROOT))
        for path in templates()
        if re.search(r'\sstyle="|<style|\son(?:click|load|change|submit)=', path.read_text())
    ]
    assert found == []


def test_the_front_end_has_no_physical_direction():
    physical = re.compile(r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)")
    found = [
        path.name
        for path in (ROOT / "frontend/css").glob("**/*.css")
        if physical.search(path.read_text())
    ]
    assert found == []


def test_a_bar_of_filters_keeps_what_is_chosen_and_asks_anew():
    shown = drawn(
        """{% load ui %}{% filters "/list/" target="found" %}{% kept "sort" "-name" %}
        {% search_box words "Search" "By name" longest=80 %}
        {% choose "level" "Level" levels 2 "Any" %}{% day_box "from_on" "From" day %}
        {% endfilters %}""",
        words='<b>"',
        levels=[(1, "One"), (2, "Two")],
        day=dt.date(2026, 3, 1),
    )
    assert 'action="/list/" hx-get="/list/" hx-target="#found"' in shown
    assert '<input type="hidden" name="sort" value="-name">' in shown
    assert 'value="&lt;b&gt;&quot;" maxlength="80" placeholder="By name"' in shown
    assert '<option value="">Any</option><option value="1">One</option>' in shown
    assert '<option value="2" selected>Two</option>' in shown
    assert 'name="from_on" value="2026-03-01"' in shown
    assert "<noscript>" in shown


def test_files_are_fetched_by_the_filters_own_form():
    shown = drawn('{% load ui %}{% filters "/list/" id="f" submits=False %}{% endfilters %}')
    assert 'id="f"' in shown
    assert "submit," not in shown


def test_a_table_has_a_pager_where_there_are_pages():
    page = Paginator(range(30), 10).page(2)
    source = "{% load ui %}{% table PAGE %}<tbody></tbody>{% endtable %}"
    paged = drawn(source.replace("PAGE", "page look='cl'"), page=page)
    assert '<table class="table stacks cl"><tbody></tbody></table></div><nav class="pager"' in paged
    assert "pager" not in Template(source.replace("PAGE", "")).render(Context({}))


@pytest.mark.parametrize("area", Area)
def test_no_two_lines_of_a_menu_share_an_icon(area):
    icons = [item.icon for item in navigation(area, set(modules()))]
    assert sorted(icons) == sorted(set(icons))
