"""What Meta's Cloud API refuses in a message, as it words it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opdesk.media.model import MediaType
from opdesk.simulators.base import Reply

MEBIBYTE = 1024 * 1024
PLAYED: Mapping[str, tuple[MediaType, int, tuple[str, ...]]] = {
    "image": (MediaType.PHOTO, 5 * MEBIBYTE, ("image/jpeg", "image/png")),
    "video": (MediaType.VIDEO, 16 * MEBIBYTE, ("video/mp4", "video/3gpp")),
    "audio": (
        MediaType.AUDIO,
        16 * MEBIBYTE,
        ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    ),
    "sticker": (MediaType.STICKER, MEBIBYTE // 2, ("image/webp",)),
    "document": (MediaType.FILE, 100 * MEBIBYTE, ()),
}
"""(what it is for us, most bytes, MIME types; none: any)"""
UPLOADED = re.compile(
    r"(image/(jpeg|png|webp)|video/(mp4|3gpp)|audio/(aac|amr|mpeg|mp4|ogg)|text/plain"
    r"|application/(pdf|msword|vnd\.ms-(excel|powerpoint)|vnd\.openxmlformats-officedocument.*))"
)
_PLACE = re.compile(r"\{\{(\w+)\}\}")


class Refused(Exception):
    """A call that is not carried out."""

    def __init__(self, code: int, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.reply = refusal(code, words, status)


def refusal(code: int, words: str, status: int = 400, subcode: int | None = None) -> Reply:
    error: dict[str, Any] = {
        "message": f"(#{code}) {words}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": words},
        "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam",
    }
    return Reply(status, {"error": {**error, **({"error_subcode": subcode} if subcode else {})}})


@dataclass(frozen=True, slots=True)
class Shown:
    """What a phone shows of a message. `upload`: the id of its file, if that was uploaded."""

    text: str = ""
    kind: MediaType | None = None
    upload: str | None = None
    link: str | None = None


def read_message(body: Any, templates: list[dict[str, Any]]) -> Shown:
    """Raises Refused."""
    if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
        raise Refused(100, "The parameter messaging_product is required.")
    kind = str(body.get("type"))
    content = body.get(kind)
    if kind == "contacts":
        return _contacts(content)
    if not isinstance(content, dict):
        raise Refused(131009, f"Parameter value is not valid: {kind}")
    if kind == "text":
        return Shown(_within(content.get("body"), 4_096))
    if kind == "location":
        return _location(content)
    if kind == "template":
        return Shown(_template(content, templates))
    if kind in PLAYED:
        return _medium(kind, content)
    raise Refused(131051, "Unsupported message type")


def _within(text: Any, most: int) -> str:
    if not isinstance(text, str) or not 0 < len(text) <= most:
        raise Refused(131009, f"The text must have 1 to {most} characters")
    return text


def _contacts(content: Any) -> Shown:
    try:
        [one] = content
        name = one["name"]
        if not name["formatted_name"] or len(name) < 2:
            raise Refused(131008, "name needs formatted_name and another part")
        phones = ", ".join(phone["phone"] for phone in one["phones"])
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(131009, "contacts is not valid") from error
    return Shown(f"{name['formatted_name']} {phones}", MediaType.CONTACT)


def _location(content: Mapping[str, Any]) -> Shown:
    latitude, longitude = content.get("latitude"), content.get("longitude")
    if not isinstance(latitude, float) or not isinstance(longitude, float):
        raise Refused(131008, "latitude and longitude are required")
    named = f"{latitude}, {longitude} {content.get('name', '')} {content.get('address', '')}"
    return Shown(" ".join(named.split()), MediaType.LOCATION)


def _medium(kind: str, content: Mapping[str, Any]) -> Shown:
    upload, link, caption = (content.get(name) for name in ("id", "link", "caption"))
    if bool(upload) == bool(link):
        raise Refused(131009, "either id or link")
    if caption is not None and kind in ("audio", "sticker"):
        raise Refused(100, f"Unexpected key caption on param {kind}.")
    if kind == "document" and not content.get("filename"):
        raise Refused(131008, "a document without a name is called Untitled")
    text = _within(caption, 1_024) if caption is not None else ""
    return Shown(text, PLAYED[kind][0], upload, link)


def check_file(kind: str, mime: str, size_bytes: int) -> None:
    """Raises Refused for a file that can't be played as what it is sent."""
    _, most, mimes = PLAYED[kind]
    if size_bytes > most or (mimes and mime not in mimes):
        raise Refused(131053, f"Media upload error: {mime}, {size_bytes} bytes as {kind}")


def _template(content: Mapping[str, Any], templates: list[dict[str, Any]]) -> str:
    place = (content.get("name"), (content.get("language") or {}).get("code"))
    found = [one for one in templates if (one["name"], one["language"]) == place]
    if not found:
        raise Refused(132001, "Template name does not exist in the translation", 404)
    [one] = found
    if one["status"] != "APPROVED":
        raise Refused(132015, "Template is paused")
    given = {part["type"]: part["parameters"] for part in content.get("components", ())}
    texts = []
    for part in one["components"]:
        parameters = given.pop(part["type"].lower(), [])
        texts.append(_filled(part.get("text", ""), parameters))
    if given:
        raise Refused(132000, "Number of parameters does not match the expected number of params")
    return "\n".join(text for text in texts if text)


def _filled(text: str, parameters: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(_PLACE.findall(text)))
    if all(name.isdecimal() for name in names):
        names.sort(key=int)
    if len(names) != len(parameters):
        raise Refused(132000, "Number of parameters does not match the expected number of params")
    values = {}
    for name, parameter in zip(names, parameters, strict=True):
        wanted = None if name.isdecimal() else name
        if parameter.get("type") != "text" or parameter.get("parameter_name") != wanted:
            raise Refused(132012, "Parameter format does not match format in the created template")
        values[name] = parameter["text"]
    return _PLACE.sub(lambda found: str(values[found[1]]), text)
