"""Message templates: which of them a text alone can fill, and how they are filled.

Source: developers.facebook.com, WhatsApp "Message templates" and "Template components".
"""

import re
from collections.abc import Iterable, Sequence
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
    """Named places are numbered in their order."""
    return Template(
        name=one.name,
        language=one.language,
        category=one.category,
        header=_numbered(one.text("HEADER")),
        body=_numbered(one.text("BODY")),
        footer=one.text("FOOTER"),
    )


def _numbered(text: str) -> str:
    names = _names(text)
    return _PLACE.sub(lambda found: f"{{{{{names.index(found[1]) + 1}}}}}", text)


def _names(text: str) -> list[str]:
    """The places of a text, each once, in the order in which they are filled."""
    found = dict.fromkeys(_PLACE.findall(text))
    return sorted(found, key=int) if all(name.isdecimal() for name in found) else list(found)


def filled(fill: TemplateFill, one: Definition | None) -> dict[str, Any]:
    """A template's message. `one` is its definition, where there is something to fill in.

    Raises ValueError when the words don't fit its places.
    """
    parts = (("header", fill.header), ("body", fill.body))
    components = [
        {"type": kind, "parameters": list(_parameters(kind, words, one))}
        for kind, words in parts
        if words
    ]
    template: dict[str, Any] = {"name": fill.name, "language": {"code": fill.language}}
    if components:
        template["components"] = components
    return {"type": "template", "template": template}


def _parameters(
    kind: str, words: Sequence[str], one: Definition | None
) -> Iterable[dict[str, str]]:
    if one is None:
        raise ValueError("there is no such template in this language")
    names = _names(one.text(kind.upper()))
    if len(names) != len(words):
        raise ValueError(f"the template's {kind} has {len(names)} places, not {len(words)}")
    for name, text in zip(names, words, strict=True):
        is_named = not name.isdecimal()
        yield {"type": "text", **({"parameter_name": name} if is_named else {}), "text": text}
