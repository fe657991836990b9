"""Looks: drafted, published, rolled back; pages link the new one at once."""

from __future__ import annotations

import io

import pytest

from kernel import audit
from kernel.models import OutboxEvent
from kernel.pin import PUBLIC, pin
from tenants import directory
from themes import errors, queries, services
from themes.models import Logo, Theme, ThemeVersion
from themes.presets import DEFAULT, PRESETS


def worn_by(place) -> str:
    """The version that pages of ``place`` link now, as another process would learn it."""
    directory.forget()
    return directory.find_by_schema(place.schema).theme_version


def info_of(place):
    directory.forget()
    return directory.find_by_schema(place.schema)


def test_a_draft_changes_nothing_that_visitors_see(alpha, by):
    with alpha.pin():
        services.edit_draft({"brand": "#0b5d4b"}, by=by)
        assert queries.draft("Alpha Markets").tokens.brand == "#0b5d4b"
    assert worn_by(alpha) == alpha.info.theme_version


def test_publishing_makes_pages_link_the_new_version_at_once(alpha, by):
    with alpha.pin():
        services.edit_draft({"brand": "#0b5d4b", "radius": "3"}, by=by)
        version = services.publish(info_of(alpha), by=by)
        assert queries.look(version).tokens.brand == "#0b5d4b"
        assert "--radius:3px" in queries.stylesheet_of(version)
    assert worn_by(alpha) == version


def test_publishing_is_noted_and_told(alpha, by):
    with alpha.pin():
        services.edit_draft({"brand": "#0b5d4b"}, by=by)
        version = services.publish(info_of(alpha), by=by)
        assert [entry.action for entry in audit.entries(limit=2)] == [
            "themes.published",
            "themes.edited",
        ]
        told = OutboxEvent.objects.filter(name="themes.ThemePublished")
        assert [event.payload["version"] for event in told] == [version]


def test_publishing_what_is_live_is_refused_with_a_sentence(alpha, by):
    with alpha.pin():
        services.edit_draft({"brand": "#0b5d4b"}, by=by)
        services.publish(info_of(alpha), by=by)
        with pytest.raises(errors.NothingToPublish) as refused:
            services.publish(info_of(alpha), by=by)
    assert str(refused.value) == "Nothing has changed since you last published."


def test_rolling_back_is_a_pointer_and_makes_it_the_draft(alpha, by):
    with alpha.pin():
        services.edit_draft({"brand": "#0b5d4b"}, by=by)
        first = services.publish(info_of(alpha), by=by)
        services.edit_draft({"brand": "#c8102e"}, by=by)
        services.publish(info_of(alpha), by=by)
        services.roll_back(info_of(alpha), first, by=by)
        assert queries.draft("Alpha Markets").tokens.brand == "#0b5d4b"
        assert ThemeVersion.objects.count() == 2
    assert worn_by(alpha) == first


def test_a_version_of_another_broker_cannot_be_worn(alpha, beta, by):
    with beta.pin():
        services.edit_draft({"brand": "#c8102e"}, by=by)
        theirs = services.publish(info_of(beta), by=by)
    with alpha.pin():
        with pytest.raises(errors.NoSuchVersion):
            services.roll_back(info_of(alpha), theirs, by=by)
        assert queries.stylesheet_of(theirs) is None
        assert queries.look(theirs) == queries.preset_look(DEFAULT.key)


def test_unreadable_words_on_buttons_leave_the_draft_as_it_was(alpha, by):
    with alpha.pin():
        services.edit_draft({"brand": "#c6ff3d"}, by=by)
        with pytest.raises(errors.Unreadable):
            services.edit_draft({"label": "#ffffff"}, by=by)
        assert queries.draft("").tokens.label == ""


def test_a_bad_token_leaves_the_draft_as_it_was(alpha, by):
    with alpha.pin():
        services.edit_draft({"brand": "#0b5d4b"}, by=by)
        with pytest.raises(errors.BadToken):
            services.edit_draft({"radius": "9", "brand": "url(x)"}, by=by)
        tokens = queries.draft("").tokens
        assert (tokens.brand, tokens.radius) == ("#0b5d4b", DEFAULT.tokens.radius)


def test_a_preset_keeps_the_sentences_that_the_broker_wrote(alpha, by):
    with alpha.pin():
        services.edit_draft({"pitch": "Our own words"}, by=by)
        services.apply_preset("noor", by=by)
        tokens = queries.draft("").tokens
        assert (tokens.pitch, tokens.brand) == ("Our own words", PRESETS["noor"].tokens.brand)


def test_a_preset_brings_its_own_sentences_when_there_are_no_others(alpha, by):
    with alpha.pin():
        services.apply_preset("noor", by=by)
        assert services.apply_preset("harrow", by=by) == PRESETS["harrow"].tokens


def test_an_unknown_preset_is_refused(alpha, by):
    with alpha.pin(), pytest.raises(errors.BadToken):
        services.apply_preset("daisy", by=by)


def test_a_new_tenant_gets_its_first_look_once(alpha, by):
    with alpha.pin():
        first = services.publish_default(name="Alpha Markets", by=by)
        assert services.publish_default(name="Alpha Markets", by=by) == first
        assert ThemeVersion.objects.count() == 1


def test_a_logo_goes_into_the_draft_and_into_the_published_look(alpha, by, picture):
    with alpha.pin():
        services.upload_logo("light", picture, picture.size, by=by)
        draft = queries.draft("Alpha Markets")
        file = draft.logos["light"].file
        assert draft.logos["light"].colours == ("#0b5d4b",)
        version = services.publish(info_of(alpha), by=by)
        assert queries.look(version).logos == {"light": file}
        assert queries.logo_bytes(file).startswith(b"\x89PNG")


def test_the_same_logo_twice_is_one_file(alpha, by, picture):
    with alpha.pin():
        services.upload_logo("light", picture, picture.size, by=by)
        picture.seek(0)
        services.upload_logo("dark", picture, picture.size, by=by)
        assert Logo.objects.count() == 1


def test_a_refused_logo_leaves_nothing_behind(alpha, by):
    with alpha.pin():
        hostile = b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
        with pytest.raises(errors.LogoUnsafe):
            services.upload_logo("light", io.BytesIO(hostile), len(hostile), by=by)
        assert (Logo.objects.count(), Theme.objects.count()) == (0, 0)


def test_a_removed_logo_stays_in_the_versions_that_wear_it(alpha, by, picture):
    with alpha.pin():
        services.upload_logo("light", picture, picture.size, by=by)
        version = services.publish(info_of(alpha), by=by)
        services.remove_logo("light", by=by)
        assert queries.draft("Alpha Markets").files == {}
        assert list(queries.look(version).logos) == ["light"]


def test_a_logo_of_one_broker_is_not_found_at_another(alpha, beta, by, picture):
    with alpha.pin():
        services.upload_logo("light", picture, picture.size, by=by)
        file = queries.draft("").logos["light"].file
    with beta.pin():
        assert queries.logo_bytes(file) is None


def test_letters_wear_the_published_look(alpha, by):
    with alpha.pin():
        services.edit_draft({"brand": "#0b5d4b", "radius": "3"}, by=by)
        services.publish(info_of(alpha), by=by)
        directory.forget()
        brand = queries.mail_brand()
    assert (brand["name"], brand["light"]["brand"], brand["radius"], brand["dir"]) == (
        "Alpha Markets",
        "#0b5d4b",
        3,
        "ltr",
    )


def test_letters_of_the_vendor_wear_the_built_in_look():
    with pin(PUBLIC):
        brand = queries.mail_brand()
    assert (brand["name"], brand["light"]["brand"]) == ("Atrium", DEFAULT.tokens.brand)


def test_a_published_look_is_read_from_the_database_once(alpha, by, queries):
    from themes import queries as looks

    with alpha.pin():
        services.edit_draft({"brand": "#123456"}, by=by)
        version = services.publish(info_of(alpha), by=by)
        looks.look(version)
        with queries(0):
            looks.look(version)
