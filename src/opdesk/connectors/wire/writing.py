"""JSON shapes of what a chat's channel takes, and of the chat that is begun there."""

from typing import Annotated

import msgspec

from opdesk.chats.model import Chat
from opdesk.connectors.base import Limits, Template
from opdesk.connectors.beginning import WantedChat
from opdesk.connectors.registry import connector_class
from opdesk.connectors.rules import Allowance
from opdesk.connectors.templates import places_of
from opdesk.connectors.wire.channels import LimitsOut
from opdesk.kit.errors import Invalid
from opdesk.kit.text import clean_ours
from opdesk.kit.wire import Id, Wire, WireIn, time_out

MAX_PHONE_CHARS = 100
MAX_NAME_CHARS = 200


class BegunChatIn(WireIn):
    """`phone` in any spelling; `name` is what the client is called until they say themselves."""

    channel_id: Id
    phone: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_PHONE_CHARS)]
    name: Annotated[str, msgspec.Meta(max_length=MAX_NAME_CHARS)] | None = None

    example = {"channelId": 3, "phone": "+380501234567", "name": "Taras Bondar"}

    def to_wanted(self) -> WantedChat:
        try:
            name = clean_ours(self.name or "", multiline=False)
        except ValueError as error:
            raise Invalid.field("name", str(error)) from error
        return WantedChat(self.channel_id, self.phone, " ".join(name.split()))


class CanSendOut(Wire):
    """`reason`, when it may not be written to: channelGone, blocked, windowClosed or

    clientWritesFirst; `text` is the same in words. `until`: when what is allowed now ends.
    `hasTemplates`: a template may go in any case. `isLate`: past the platform's reply window; what
    a person writes still goes. `sends`: the types of media that the channel takes.
    """

    can_send: bool
    reason: str | None
    text: str | None
    until: str | None
    has_templates: bool
    is_late: bool
    limits: LimitsOut
    sends: list[int]

    example = {
        "canSend": False,
        "reason": "windowClosed",
        "text": "24 h have passed since the customer's last message: the platform takes answers"
        " only within that time. Send a template.",
        "until": None,
        "hasTemplates": True,
        "isLate": False,
        "limits": LimitsOut.example,
        "sends": [0, 1, 2, 3],
    }

    @classmethod
    def of(cls, chat: Chat, allowed: Allowance, language: str) -> "CanSendOut":
        declaration = connector_class(chat.source).declaration
        limits: Limits = declaration.limits
        return cls(
            can_send=allowed.hindrance is None,
            reason=allowed.hindrance.value if allowed.hindrance else None,
            text=allowed.text(language),
            until=time_out(allowed.until) if allowed.until is not None else None,
            has_templates=allowed.has_templates,
            is_late=allowed.is_late,
            limits=LimitsOut.of(limits),
            sends=sorted(int(one) for one in declaration.sends),
        )


class TemplateOut(Wire):
    """A template. `headerPlaces` and `bodyPlaces` are the names of its places, in order."""

    name: str
    language: str
    category: str
    header: str
    body: str
    footer: str
    header_places: list[str]
    body_places: list[str]

    example = {
        "name": "parcel_left",
        "language": "uk",
        "category": "UTILITY",
        "header": "",
        "body": "{{1}}, your order {{2}} has left.",
        "footer": "",
        "headerPlaces": [],
        "bodyPlaces": ["1", "2"],
    }

    @classmethod
    def of(cls, it: Template) -> "TemplateOut":
        return cls(
            name=it.name,
            language=it.language,
            category=it.category,
            header=it.header,
            body=it.body,
            footer=it.footer,
            header_places=places_of(it.header),
            body_places=places_of(it.body),
        )


class TemplateIn(WireIn):
    """Which template, in which language, and a value for each of its places, in order."""

    name: str
    language: str
    header: list[str] = []
    body: list[str] = []
    client_message_id: str | None = None

    example = {
        "name": "parcel_left",
        "language": "uk",
        "header": [],
        "body": ["Taras", "20421"],
        "clientMessageId": "b7e1c6de-7c1a-4f0e-9d5e-0c2f8f7f1a12",
    }
