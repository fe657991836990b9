"""The studio over HTTP, and what a look consists of."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants import directory
from themes import queries, services
from themes.presets import DEFAULT, PRESETS

STUDIO = "/office/themes/"


@pytest.fixture
def studio(alpha, ada):
    """Ada's browser."""
    return alpha.signed_in(ada, fresh=True)


def said(page) -> list[str]:
    """The messages on the page that follows."""
    return [str(message) for message in page.context["messages"]]


def test_only_people_who_may_edit_the_looks_see_the_studio(alpha, beta, ben, sol, theo):
    assert alpha.client().get(STUDIO).status_code == 302
    assert alpha.signed_in(sol, fresh=True).get(STUDIO).status_code == 403
    assert alpha.signed_in(theo).get(STUDIO).status_code == 403
    assert beta.signed_in(ben, fresh=True).get(STUDIO).status_code == 200


def test_the_studio_shows_the_draft_and_its_contrast(studio):
    page = studio.get(STUDIO)
    assert page.status_code == 200
    assert page.context["draft"].tokens == DEFAULT.tokens
    assert next(sample.label for sample in page.context["samples"]) == "Button label"
    assert "All pairs pass AA" in page.content.decode()


def test_trying_out_saves_nothing(studio, alpha):
    answer = studio.post(f"{STUDIO}try/", {"brand": "#0b5d4b", "preview_mode": "dark"})
    assert (answer.status_code, "#0b5d4b" in answer.json()["css"]) == (200, True)
    with alpha.pin():
        assert queries.draft("").tokens == DEFAULT.tokens


@pytest.mark.parametrize("value", ["red", "#fff;}", "url(//evil.example)", "</style>"])
def test_csp_02_a_bad_value_is_answered_400_with_a_sentence(studio, alpha, value):
    for path in ("try/", "save/"):
        answer = studio.post(
            f"{STUDIO}{path}", {"brand": value}, headers={"accept": "application/json"}
        )
        assert answer.status_code == 400
        assert answer.json() == {"problem": "This value is not allowed: brand."}
    with alpha.pin():
        assert queries.draft("").tokens == DEFAULT.tokens


def test_unreadable_words_on_buttons_are_answered_with_a_sentence(studio):
    answer = studio.post(f"{STUDIO}try/", {"brand": "#c6ff3d", "label": "#ffffff"})
    assert answer.status_code == 400
    assert answer.json()["problem"].startswith("#ffffff on #c6ff3d reaches a contrast of 1.2:1")


def test_publishing_from_the_panel_changes_the_pages_at_once(studio, alpha):
    page = studio.post(f"{STUDIO}publish/", {"brand": "#0b5d4b"}, follow=True)
    assert said(page) == ["Published. Every page and every mail wears it now."]
    link = re.search(r'href="(/t/theme\.[0-9a-f]{16}\.css)"', page.content.decode())[1]
    answer = alpha.client().get(link)
    assert "--brand:#0b5d4b" in answer.content.decode()
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_logo_of_twenty_megabytes_is_refused_with_a_sentence(studio, alpha):
    huge = SimpleUploadedFile("logo.png", b"\x89PNG" + b"\0" * (20 * 1024 * 1024), "image/png")
    page = studio.post(f"{STUDIO}logo/light/", {"file": huge}, follow=True)
    assert said(page) == ["This file has 20.0 MB. A logo may have at most 2 MB."]
    with alpha.pin():
        assert queries.draft("").files == {}


def test_an_svg_with_a_script_is_refused_with_a_sentence(studio, alpha):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>1</script></svg>'
    upload = SimpleUploadedFile("logo.svg", svg, "image/svg+xml")
    page = studio.post(f"{STUDIO}logo/light/", {"file": upload}, follow=True)
    assert said(page)[0].startswith("This SVG contains <script>, which a logo may not have.")
    with alpha.pin():
        assert queries.draft("").files == {}


def test_an_uploaded_logo_is_served_to_everyone_of_that_host_only(studio, alpha, beta, picture):
    studio.post(f"{STUDIO}logo/light/", {"file": picture})
    with alpha.pin():
        file = queries.draft("").files["light"]
    answer = alpha.client().get(f"/t/{file}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert beta.client().get(f"/t/{file}").status_code == 404


def test_a_logo_can_be_removed(studio, alpha, picture):
    studio.post(f"{STUDIO}logo/light/", {"file": picture})
    studio.post(f"{STUDIO}logo/light/", {})
    with alpha.pin():
        assert queries.draft("").files == {}


def test_a_preset_is_taken_and_rolled_back(studio, alpha):
    studio.post(f"{STUDIO}preset/", {"preset": "voltr"})
    studio.post(f"{STUDIO}publish/", {})
    directory.forget()
    first = directory.find_by_schema(alpha.schema).theme_version
    studio.post(f"{STUDIO}publish/", {"brand": "#c8102e"})
    page = studio.post(f"{STUDIO}roll-back/", {"version": first}, follow=True)
    assert said(page)[-1] == "The earlier version is live again."
    assert page.context["draft"].tokens == PRESETS["voltr"].tokens


@pytest.mark.parametrize("page", ["dashboard", "sign-in", "office", "mail"])
def test_the_preview_shows_the_draft_on_made_up_pages(studio, alpha, by, page):
    with alpha.pin():
        services.edit_draft({"brand": "#0b5d4b"}, by=by)
    answer = studio.get(f"{STUDIO}preview/{page}/?mode=dark")
    assert answer.status_code == 200
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    css = studio.get(f"{STUDIO}draft.css")
    assert "--brand:#0b5d4b" in css.content.decode()


def test_a_page_that_does_not_exist_has_no_preview(studio):
    assert studio.get(f"{STUDIO}preview/ledger/").status_code == 404


def test_no_page_of_the_studio_carries_inline_script_or_style(studio):
    pages = [STUDIO, *(f"{STUDIO}preview/{page}/" for page in ("dashboard", "sign-in", "office"))]
    for path in pages:
        text = studio.get(path).content.decode()
        assert re.findall(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", text) == []
        assert re.findall(r"<script(?![^>]*(?:src=|application/json))", text) == []


def test_the_manifest_names_the_broker(alpha):
    answer = alpha.client().get("/t/app.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    assert answer.json()["name"] == "Alpha Markets"


def test_the_mark_stands_in_for_an_icon(alpha):
    version = queries.preset_look(DEFAULT.key).version
    answer = alpha.client().get(f"/t/icon.{version}.svg")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")


def test_an_unknown_stylesheet_is_not_found(alpha, vendor):
    for place in (alpha, vendor):
        assert place.client().get("/t/theme.0123456789abcdef.css").status_code == 404


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("more", ["", "&mode=dark", "&language=ar", "&language=zh-hans"])
def test_the_gallery_shows_every_component_under_every_look(vendor, omar, preset, more):
    page = vendor.signed_in(omar, fresh=True).get(f"/console/themes/gallery/?preset={preset}{more}")
    assert page.status_code == 200
    direction = "rtl" if "=ar" in more else "ltr"
    assert f'dir="{direction}"' in page.content.decode()[:300]
