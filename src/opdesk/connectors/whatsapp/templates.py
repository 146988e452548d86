"""Message templates: which of them a text alone can fill, and how they are filled.

Source: developers.facebook.com, WhatsApp "Message templates" and "Template components".
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from opdesk.connectors.base import Template, TemplateFill

FIELDS = "name,language,category,status,parameter_format,components"
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_PLAIN_BUTTONS = ("QUICK_REPLY", "PHONE_NUMBER", "URL", "VOICE_CALL")


class Button(msgspec.Struct):
    type: str = ""
    url: str | None = None


class Component(msgspec.Struct):
    type: str = ""
    format: str | None = None
    text: str | None = None
    buttons: list[Button] | None = None


class Definition(msgspec.Struct):
    """A template as Meta lists it. `parameter_format` NAMED: its places have names."""

    name: str
    language: str
    category: str = ""
    status: str = ""
    parameter_format: str | None = None
    components: list[Component] = []

    def text(self, kind: str) -> str:
        """The words of its header, body or footer."""
        found = (one.text for one in self.components if one.type.upper() == kind)
        return next(found, None) or ""

    @property
    def is_fillable(self) -> bool:
        """Approved, and nothing of it needs a file, a coupon, a code or a carousel."""
        is_approved = self.status.upper() == "APPROVED"
        return is_approved and all(_is_plain(one) for one in self.components)


def _is_plain(one: Component) -> bool:
    kind = one.type.upper()
    if kind == "HEADER":
        return (one.format or "TEXT").upper() == "TEXT"
    if kind == "BUTTONS":
        return all(_is_plain_button(button) for button in one.buttons or ())
    return kind in ("BODY", "FOOTER")


def _is_plain_button(button: Button) -> bool:
    return button.type.upper() in _PLAIN_BUTTONS and "{{" not in (button.url or "")


def definitions(answer: Any) -> list[Definition]:
    """The templates of an answer's page; one that we can't read is left out."""
    listed = answer.get("data") if isinstance(answer, dict) else None
    found = []
    for one in listed if isinstance(listed, list) else ():
        try:
            found.append(msgspec.convert(one, Definition, strict=False))
        except msgspec.ValidationError:
            continue
    return found


def next_page(answer: Any) -> str | None:
    """The cursor of the page behind an answer's."""
    paging = answer.get("paging") if isinstance(answer, dict) else None
    has_next = isinstance(paging, dict) and paging.get("next")
    cursors = paging.get("cursors") if isinstance(paging, dict) and has_next else None
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) and after else None


def shown(one: Definition) -> Template:
    return Template(
        name=one.name,
        language=one.language,
        category=one.category,
        header=_plain_places(one.text("HEADER")),
        body=_plain_places(one.text("BODY")),
        footer=one.text("FOOTER"),
    )


def _plain_places(text: str) -> str:
    return _PLACE.sub(r"{{\1}}", text)


def _names(text: str) -> list[str]:
    """The places of a text, each once, as they appear: in this order they are filled in."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def filled(fill: TemplateFill, one: Definition | None) -> dict[str, Any]:
    """A template's message. `one` is its definition, where there is something to fill in.

    Raises ValueError when the words don't fit its places.
    """
    parts = (("header", fill.header), ("body", fill.body))
    components = [
        {"type": kind, "parameters": _parameters(kind, words, one)}
        for kind, words in parts
        if words
    ]
    template: dict[str, Any] = {"name": fill.name, "language": {"code": fill.language}}
    if components:
        template["components"] = components
    return {"type": "template", "template": template}


def _parameters(kind: str, words: Sequence[str], one: Definition | None) -> list[dict[str, str]]:
    if one is None:
        raise ValueError("there is no such template in this language")
    names = _names(one.text(kind.upper()))
    if len(names) != len(words):
        raise ValueError(f"the template's {kind} has {len(names)} places, not {len(words)}")
    given = list(zip(names, words, strict=True))
    if all(name.isdecimal() for name in names):
        # Meta takes numbered places by their numbers, wherever they stand.
        return [{"type": "text", "text": text} for _, text in sorted(given, key=_number)]
    return [{"type": "text", "parameter_name": name, "text": text} for name, text in given]


def _number(place: tuple[str, str]) -> int:
    return int(place[0])
