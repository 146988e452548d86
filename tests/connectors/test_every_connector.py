"""What holds for every source of the registry: its page can be drawn without knowing it."""

import inspect
import re
from pathlib import Path
from string import Formatter

import pytest

from opdesk.channels.model import Trouble
from opdesk.connectors.base import BadSettings, Connector, Declaration, Filler, SettingKind, Words
from opdesk.connectors.declaration import (
    COMMON,
    LANGUAGES,
    WEBHOOK_URL,
    Hearing,
    Setting,
    WebhookSetup,
    checked,
    words_of,
)
from opdesk.connectors.registry import CONNECTORS

EVERY = [pytest.param(one, id=source.name) for source, one in CONNECTORS.items()]
CYRILLIC = re.compile("[а-яіїєґ]", re.IGNORECASE)
CAMEL_CASE = re.compile(r"[a-z][a-zA-Z0-9]*")


def words_in(declaration: Declaration) -> dict[str, Words]:
    """Every text of a page, by where it stands."""
    found = {"name": declaration.name, "about": declaration.about}
    for one in (declaration.sender, *declaration.settings):
        found |= {f"{one.name}.label": one.label, f"{one.name}.help": one.help}
        found |= {f"{one.name}={choice.value}": choice.label for choice in one.choices}
    found |= {f"step {n}": step.text for n, step in enumerate(declaration.guide)}
    found |= {f"check {n}": check for n, check in enumerate(declaration.checks)}
    found |= {f"note {n}": note for n, note in enumerate(declaration.notes)}
    return found | {f"trouble {code}": words for code, words in declaration.troubles.items()}


@pytest.mark.parametrize("connector", EVERY)
def test_every_text_is_there_in_both_languages(connector: type[Connector]) -> None:
    for place, words in (words_in(connector.declaration) | dict(COMMON)).items():
        assert words.uk.strip() == words.uk != "", place
        assert words.en.strip() == words.en != "", place
        assert not CYRILLIC.search(words.en), place
        assert "  " not in words.uk + words.en, place
        is_name_alone = place == "name" or words.uk == words.en == "{words}"
        assert is_name_alone or words.uk != words.en, place


@pytest.mark.parametrize("connector", EVERY)
def test_a_trouble_says_the_same_in_both_languages(connector: type[Connector]) -> None:
    for code, words in (dict(COMMON) | dict(connector.declaration.troubles)).items():
        in_uk, in_en = (
            {name for _, name, _, _ in Formatter().parse(text) if name}
            for text in (words.uk, words.en)
        )
        assert in_uk == in_en, code
        params = dict.fromkeys(in_en, "its own words")
        for language in LANGUAGES:
            told = words_of(connector.declaration, Trouble(code, params), language)
            assert "{" not in told, code
            assert ("its own words" in told) == bool(in_en), code


@pytest.mark.parametrize("connector", EVERY)
def test_every_trouble_that_its_code_names_has_words(connector: type[Connector]) -> None:
    source = inspect.getsource(inspect.getmodule(connector))  # type: ignore[arg-type]
    named = set(re.findall(r'Trouble\(\s*"(\w+)"', source))

    assert named, "a check that finds nothing is none"
    assert named - connector.declaration.troubles.keys() - COMMON.keys() == set()
    assert connector.declaration.troubles.keys() - named == set()


@pytest.mark.parametrize("connector", EVERY)
def test_every_field_can_be_drawn_and_filled(connector: type[Connector]) -> None:
    declaration = connector.declaration
    names = [one.name for one in declaration.settings]
    assert len(set(names)) == len(names)
    assert declaration.sender.name == "from"
    for n, one in enumerate(declaration.settings):
        assert CAMEL_CASE.fullmatch(one.name)
        assert (one.kind is SettingKind.CHOICE) == bool(one.choices), one.name
        assert one.kind is not SettingKind.SECRET or one.default is None, one.name
        if one.only_with is not None:
            [choice] = [it for it in declaration.settings[:n] if it.name == one.only_with[0]]
            assert one.only_with[1] in {it.value for it in choice.choices}, one.name
        for text in (one.example, one.default or one.example):
            if one.filled_by is Filler.ADMIN:
                assert checked([free(one)], {one.name: text})[one.name], one.name


def free(one: Setting) -> Setting:
    """The same field, wherever it stands."""
    return type(one)(**{name: getattr(one, name) for name in one.__slots__ if name != "only_with"})


@pytest.mark.parametrize("connector", EVERY)
def test_nothing_is_taken_for_a_required_field(connector: type[Connector]) -> None:
    for one in connector.declaration.settings:
        if one.is_required and one.default is None and one.filled_by is Filler.ADMIN:
            with pytest.raises(BadSettings) as refused:
                checked([free(one)], {one.name: "  "})
            assert refused.value.name == one.name


@pytest.mark.parametrize("connector", EVERY)
def test_the_guide_leads_from_the_platform_to_a_first_message(connector: type[Connector]) -> None:
    declaration = connector.declaration
    ours = {one.name for one in declaration.settings if one.filled_by is Filler.OPDESK}
    shown = {step.shows for step in declaration.guide if step.shows}
    assert not any(step.is_after_saving for step in declaration.guide[:1])
    assert ours <= shown, "what OpDesk fills has to be copied somewhere"
    assert shown <= ours | {WEBHOOK_URL}
    by_hand = declaration.webhook_setup is WebhookSetup.BY_HAND
    assert by_hand == (WEBHOOK_URL in shown), "an address to paste is shown where it is pasted"
    assert declaration.webhook_setup is WebhookSetup.NONE or Hearing.WEBHOOK in declaration.hears
    for step in declaration.guide:
        assert step.link is None or step.link.startswith("https://")


@pytest.mark.parametrize("connector", EVERY)
def test_limits_and_document_are_there(connector: type[Connector]) -> None:
    limits = connector.declaration.limits
    assert 0 <= limits.caption_chars <= limits.text_chars
    assert limits.photo_bytes > 0
    assert limits.file_bytes > 0
    assert connector.source in CONNECTORS
    docs = Path(__file__).resolve().parents[2] / "docs" / "channels"
    text = (docs / f"{connector.__name__.lower()}.md").read_text()
    for one in connector.declaration.settings:
        assert f"`{one.name}`" in text, one.name
    assert f"{limits.text_chars:,}" in text
