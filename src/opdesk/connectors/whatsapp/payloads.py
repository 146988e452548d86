"""The Cloud API's JSON, as far as we read it. Unknown properties are ignored.

Sources: developers.facebook.com, WhatsApp "Webhooks reference" and "Business-scoped user IDs". What
Meta adds from one month to the next may be missing everywhere, so hardly anything is required.
"""

import re
from typing import Annotated, Any

import msgspec

from opdesk.connectors.base import BadPayload
from opdesk.kit.text import readable_json

OBJECT = "whatsapp_business_account"
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
"""Meta writes times as text: they are read leniently."""


class Profile(msgspec.Struct):
    name: str | None = None
    username: str | None = None


class Person(msgspec.Struct):
    """Whom a webhook is about. `user_id` is the business-scoped id; `wa_id` is a phone's digits."""

    wa_id: str | None = None
    user_id: str | None = None
    profile: Profile | None = None


class TextBody(msgspec.Struct):
    body: str = ""


class Medium(msgspec.Struct):
    id: str = ""
    mime_type: str | None = None
    caption: str | None = None
    filename: str | None = None
    voice: bool | None = None


class LocationBody(msgspec.Struct):
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    name: str | None = None
    address: str | None = None


class ContactName(msgspec.Struct):
    formatted_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None

    @property
    def full(self) -> str:
        return self.formatted_name or f"{self.first_name or ''} {self.last_name or ''}".strip()


class ContactPhone(msgspec.Struct):
    phone: str | None = None
    wa_id: str | None = None


class SharedContact(msgspec.Struct):
    name: ContactName | None = None
    phones: list[ContactPhone] | None = None


class Button(msgspec.Struct):
    text: str | None = None
    payload: str | None = None


class Choice(msgspec.Struct):
    title: str | None = None
    description: str | None = None


class Form(msgspec.Struct):
    """What a customer filled in; `response_json` is JSON inside a text."""

    body: str | None = None
    response_json: str | None = None


class Interactive(msgspec.Struct):
    button_reply: Choice | None = None
    list_reply: Choice | None = None
    nfm_reply: Form | None = None


class ReactionBody(msgspec.Struct):
    message_id: Id
    emoji: str | None = None


class System(msgspec.Struct):
    """`wa_id`: the new number. `user_id` and `previous_user_id`: the scoped ids."""

    type: str | None = None
    wa_id: str | None = None
    new_wa_id: str | None = None
    user_id: str | None = None
    previous_user_id: str | None = None


class Product(msgspec.Struct):
    product_retailer_id: str = ""
    quantity: float = 1
    item_price: float | None = None
    currency: str | None = None


class Order(msgspec.Struct):
    text: str | None = None
    product_items: list[Product] | None = None


class Unsupported(msgspec.Struct):
    type: str | None = None


class Content(msgspec.Struct):
    """What a message says, each kind in its property."""

    text: TextBody | None = None
    image: Medium | None = None
    video: Medium | None = None
    audio: Medium | None = None
    document: Medium | None = None
    sticker: Medium | None = None
    location: LocationBody | None = None
    contacts: list[SharedContact] | None = None
    button: Button | None = None
    interactive: Interactive | None = None
    order: Order | None = None
    unsupported: Unsupported | None = None


class EditBody(msgspec.Struct):
    original_message_id: Id
    message: Content | None = None


class RevokeBody(msgspec.Struct):
    original_message_id: Id


class Context(msgspec.Struct):
    id: str | None = None


class Referral(msgspec.Struct):
    """The advertisement or post that a customer came from."""

    source_url: str | None = None
    headline: str | None = None


class MessageBody(Content, kw_only=True):
    """A message of a customer; with `to` and `to_user_id`, one of ours from the phone's app."""

    id: Id
    timestamp: Seconds
    type: str
    from_: str | None = msgspec.field(name="from", default=None)
    from_user_id: str | None = None
    to: str | None = None
    to_user_id: str | None = None
    context: Context | None = None
    referral: Referral | None = None
    origin: str | None = None
    reaction: ReactionBody | None = None
    edit: EditBody | None = None
    revoke: RevokeBody | None = None
    system: System | None = None


class ErrorData(msgspec.Struct):
    details: str | None = None


class ErrorBody(msgspec.Struct):
    code: int = 0
    title: str | None = None
    message: str | None = None
    error_data: ErrorData | None = None

    @property
    def words(self) -> str:
        details = self.error_data.details if self.error_data else None
        return (details or self.message or self.title or f"error {self.code}")[:300]


class StatusBody(msgspec.Struct):
    id: Id
    status: str
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    errors: list[ErrorBody] | None = None
    biz_opaque_callback_data: str | None = None


def read_envelope(body: bytes) -> dict[str, Any]:
    """A webhook's body with its list of entries. Bytes that are no text never hide a message.

    Raises BadPayload.
    """
    try:
        found = _decoded(body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadPayload(str(error)[:200]) from error
    if not isinstance(found, dict) or found.get("object") != OBJECT:
        raise BadPayload("not a webhook of WhatsApp's")
    if not isinstance(found.get("entry"), list):
        raise BadPayload("a webhook without entries")
    return found


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.json.decode(readable_json(body))


_CHAT = [
    re.compile(rb'"%s"\s*:\s*"([A-Za-z0-9._-]{1,200})"' % name)
    for name in (
        b"from_user_id",
        b"to_user_id",
        b"recipient_user_id",
        b"user_id",
        b"wa_id",
        b"recipient_id",
        b"from",
    )
]
"""Where a chat's id may stand, the surest place first: `from` is in a quotation's context too."""


def chat_of(body: bytes) -> str | None:
    """The chat that a body is about, however broken the rest of it.

    A text can't imitate it: its quotes are escaped.
    """
    found = (pattern.search(body) for pattern in _CHAT)
    return next((match[1].decode() for match in found if match), None)
