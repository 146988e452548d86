"""What a caller gives for a channel, read and checked."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from opdesk.connectors.base import BadSettings, Filler, Setting
from opdesk.connectors.declaration import LANGUAGES, checked
from opdesk.connectors.registry import connector_class
from opdesk.kit.errors import Invalid
from opdesk.kit.ids import new_secret
from opdesk.kit.text import clean_ours


def language_in(text: str | None) -> str:
    """The language of a page's texts; Ukrainian unless another is asked for. Raises Invalid."""
    language = (text or LANGUAGES[0]).strip().lower()
    if language not in LANGUAGES:
        raise Invalid.field("language", f"must be one of: {', '.join(LANGUAGES)}")
    return language


def checked_settings(
    source: int, given: Mapping[str, str], before: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """What a caller gives, over what there was: complete, or Invalid naming the culprit.

    What OpDesk fills is made once and stays.
    """
    declared = connector_class(source).declaration.settings
    try:
        found = checked(declared, {**before, **_named_as_ours(declared, given)})
    except BadSettings as error:
        raise Invalid.field(f"settings.{error.name}", str(error)) from error
    ours = [one.name for one in declared if one.filled_by is Filler.OPDESK]
    return {**{name: new_secret() for name in ours if name not in found}, **found}


def _named_as_ours(declared: Sequence[Setting], given: Mapping[str, str]) -> dict[str, str]:
    """The admin's settings under their own names, given in any case; others are dropped.

    Raises Invalid naming the setting.
    """
    names = {one.name.lower(): one.name for one in declared if one.filled_by is Filler.ADMIN}
    known = {names[one.lower()]: text for one, text in given.items() if one.lower() in names}
    return {name: _clean(name, text) for name, text in known.items()}


def _clean(name: str, text: str) -> str:
    try:
        return clean_ours(text, multiline=False).strip()
    except ValueError as error:
        raise Invalid.field(f"settings.{name}", str(error)) from error
