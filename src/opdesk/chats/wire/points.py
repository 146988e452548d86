"""Places and people as files: GeoJSON and `geo:` (RFC 7946, 5870), vCard (RFC 6350).

The contract shows both as media of type 5 and 6. A place's `uri` opens it on a map, a person's is
the card itself, so neither needs a stored file.
"""

import re
from typing import Any
from urllib.parse import quote

import msgspec

from opdesk.chats.model import Card, Place
from opdesk.kit.errors import Invalid
from opdesk.kit.text import clean_ours

MAX_BYTES = 64 * 1024
MAX_NAME_CHARS = 200
MAX_PHONES = 10
_FIELD = "media.dataBase64"
_PAIR = re.compile(r"(?:geo:)?\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)(?:[,;].*)?\Z")
_FOLD = re.compile(r"\n[ \t]")


def map_url(place: Place) -> str:
    """Where a browser shows a place."""
    at = f"{place.latitude:.6f}", f"{place.longitude:.6f}"
    return f"https://www.openstreetmap.org/?mlat={at[0]}&mlon={at[1]}#map=17/{at[0]}/{at[1]}"


def place_name(place: Place) -> str:
    return place.title or place.address or f"{place.latitude:.6f}, {place.longitude:.6f}"


def place_in(content: bytes, name: str) -> Place:
    """A GeoJSON point (or a feature with one), a `geo:` address, or `50.45, 30.52`.

    Raises Invalid naming `media.dataBase64`.
    """
    text = _text(content)
    pair = _PAIR.match(text)
    latitude, longitude = (float(pair[1]), float(pair[2])) if pair else _geojson(text)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Invalid.field(_FIELD, "is no point on Earth: latitude is -90 to 90, longitude 180")
    return Place(latitude, longitude, _line(name))


def _geojson(text: str) -> tuple[float, float]:
    try:
        found: Any = msgspec.json.decode(text)
        point = found.get("geometry", found)
        longitude, latitude = point["coordinates"][:2]
        is_point = point["type"] == "Point"
        at = float(latitude), float(longitude)
    except (msgspec.DecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise Invalid.field(_FIELD, "is neither a GeoJSON point nor a geo: address") from error
    if not is_point:
        raise Invalid.field(_FIELD, "is GeoJSON, but no point")
    return at


def card_url(card: Card) -> str:
    return f"data:text/vcard;charset=utf-8,{quote(vcard_of(card))}"


def vcard_of(card: Card) -> str:
    phones = "".join(f"TEL:{_escaped(phone)}\r\n" for phone in card.phones)
    name = _escaped(card.name)
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:{name};;;;\r\n{phones}END:VCARD\r\n"


def card_in(content: bytes, name: str) -> Card:
    """The name and phones of a vCard. Raises Invalid naming `media.dataBase64`."""
    values = [_property(line) for line in _FOLD.sub("", _text(content)).split("\n")]
    phones = tuple(value for key, value in values if key == "TEL" and value)[:MAX_PHONES]
    named = next((value for key, value in values if key == "FN" and value), name)
    if ("BEGIN", "VCARD") not in [(key, value.upper()) for key, value in values] or not phones:
        raise Invalid.field(_FIELD, "is no vCard with a phone")
    return Card(_line(named), tuple(_line(phone) for phone in phones))


def _property(line: str) -> tuple[str, str]:
    """`item1.TEL;TYPE=cell:+380…` -> (`TEL`, `+380…`)."""
    head, _, value = line.partition(":")
    key = head.partition(";")[0].rpartition(".")[2].strip().upper()
    value = value.strip().removeprefix("tel:")
    return key, re.sub(r"\\([,;\\])", r"\1", value.replace("\\n", " ").replace("\\N", " "))


def _escaped(text: str) -> str:
    return re.sub(r"([,;\\])", r"\\\1", text)


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise Invalid.field(_FIELD, f"has more than {MAX_BYTES >> 10} KB")
    try:
        return clean_ours(content.decode("utf-8-sig"), multiline=True).strip()
    except ValueError as error:
        raise Invalid.field(_FIELD, "is no text in UTF-8") from error


def _line(text: str) -> str:
    return text.replace("\n", " ").strip()[:MAX_NAME_CHARS]
