"""What a Messenger or Instagram message consists of: files, places, links, and the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, TypeGuard
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from opdesk.chats.model import Place
from opdesk.connectors.items import FileReference
from opdesk.media.model import MediaType


class Attachment(msgspec.Struct):
    """`payload` is read as it comes: its shape differs by `type` and by the year."""

    type: str = ""
    payload: Any = None
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """One message as we show it; `kind` names what we can't show."""

    text: str = ""
    file: FileReference | None = None
    place: Place | None = None
    kind: str | None = None


_FILES = {
    "image": (MediaType.PHOTO, "jpg"),
    "sticker": (MediaType.STICKER, "png"),
    "video": (MediaType.VIDEO, "mp4"),
    "audio": (MediaType.AUDIO, "mp4"),
    "file": (MediaType.FILE, "bin"),
}
"""The kind of each file, and its format where its address has none; both are the platform's word,

which Instagram's own documentation calls unreliable: the bytes decide when they are here.
"""
_LINKS = {
    "fallback": "",
    "share": "",
    "template": "",
    "post": "Post",
    "ig_post": "Post",
    "reel": "Reel",
    "ig_reel": "Reel",
    "ig_story": "Story",
    "story_mention": "Story @",
}
"""What is shown as a link, with the platform's own word for it."""
_HEART = "❤️"
_REDIRECTORS = ("l.facebook.com", "lm.facebook.com", "l.instagram.com", "www.facebook.com")
MAX_NAME_CHARS = 100
UNKNOWN = "unsupported"


def contents(
    text: str, attachments: Sequence[Attachment], *, story: Any = None, referral: Any = None
) -> list[Content]:
    """A message's parts, at least one; the text stands with the first file or place."""
    lines = [text] if text else []
    parts: list[Content] = []
    for one in attachments:
        part = _part(one)
        if part is not None:
            parts.append(part)
        else:
            lines += [line for line in _lines(one) if not _is_told(line, lines)]
    if story is not None:
        lines.append(f"Story: {_text(story, 'url')}".removesuffix(": "))
    lines += referral_lines(referral)
    return _joined("\n".join(lines), parts)


def _joined(text: str, parts: list[Content]) -> list[Content]:
    if not text:
        return parts or [Content(kind=UNKNOWN)]
    if parts and parts[0].kind is None:
        first = parts[0]
        return [Content(text, first.file, first.place), *parts[1:]]
    return [Content(text), *parts]


def referral_lines(referral: Any) -> list[str]:
    """What brought the customer here: an advertisement's title, the word of a link."""
    context = _mapping(_mapping(referral).get("ads_context_data"))
    found = (_text(context, "ad_title"), _text(referral, "ref"))
    return [line for line in found if line]


def _part(one: Attachment) -> Content | None:
    """A file, a place or something unknown; None for what is told in words."""
    payload = _mapping(one.payload)
    if one.type == "location":
        place = _place(payload, one.title)
        return Content(place=place) if place else Content(kind=one.type)
    if one.type in _FILES:
        url = _text(payload, "url")
        return Content(file=_file(one, payload, url)) if url else Content(kind=one.type)
    if one.type in _LINKS or one.type == "like_heart":
        return None if _lines(one) else Content(kind=one.type)
    return Content(kind=one.type or UNKNOWN)


def _file(one: Attachment, payload: Mapping[str, Any], url: str) -> FileReference:
    """Before mid-2026 a sticker was an image with a `sticker_id`."""
    is_sticker = one.type == "sticker" or payload.get("sticker_id") is not None
    kind, usual = _FILES["sticker" if is_sticker else one.type]
    name = unquote(PurePosixPath(urlsplit(url).path).name)[-MAX_NAME_CHARS:]
    suffix = PurePosixPath(name).suffix.removeprefix(".").lower()
    if not (suffix.isascii() and suffix.isalnum() and len(suffix) <= 10):
        name, suffix = f"{one.type}.{usual}", usual
    return FileReference(url, name, suffix, kind)


def _place(payload: Mapping[str, Any], title: str | None) -> Place | None:
    coordinates = _mapping(payload.get("coordinates"))
    latitude, longitude = coordinates.get("lat"), coordinates.get("long")
    if not (_is_degrees(latitude, 90) and _is_degrees(longitude, 180)):
        return None
    return Place(float(latitude), float(longitude), title or "")


def _is_degrees(value: Any, most: int) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and -most <= value <= most


def _lines(one: Attachment) -> list[str]:
    """A link with its title, as lines of text."""
    if one.type == "like_heart":
        return [_HEART]
    payload = _mapping(one.payload)
    shown = next((it for it in (payload, *_elements(payload)) if _text(it, "title")), payload)
    title = one.title or _text(shown, "title")
    url = _direct(one.url or _text(payload, "url"))
    label = _LINKS[one.type]
    found = [f"{label}: {title}" if label and title else title or label, url]
    return [line for line in found if line] if title or url else []


def _elements(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The cards of a template or of a product that was shared."""
    places = (payload, *(_mapping(payload.get(name)) for name in ("generic", "product")))
    found = [one for place in places for one in _listed(place.get("elements"))]
    return [_mapping(one) for one in found]


def _direct(url: str) -> str:
    """The address behind one that only counts clicks."""
    try:
        parts = urlsplit(url)
        if parts.hostname in _REDIRECTORS and parts.path == "/l.php":
            return parse_qs(parts.query).get("u", [url])[0]
    except ValueError:
        pass
    return url


def _is_told(line: str, lines: Sequence[str]) -> bool:
    return any(line in one for one in lines)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _text(value: Any, name: str) -> str:
    found = _mapping(value).get(name)
    return found.strip() if isinstance(found, str) else ""
